"""Texts as weights of their words."""

from collections.abc import Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from ml.schema import Dtype
from ml.steps.framed import FrameStep, apart
from ml.steps.registry import Gives, Made


class WordWeights(FrameStep):
    """For each of the `words` most frequent words of a column its weight in the text (TF-IDF), in 0..1.

    A word counts more the oftener it is in the text and the fewer texts have it; a text's squares sum to 1.
    With `pairs` two words after one another count as a word too. A column without a word gives no columns.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        words: int = 100,
        pairs: bool = False,
    ) -> None:
        super().__init__(columns)
        self.words = words
        self.pairs = pairs

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.vectorizers_ = [self._fitted(array) for array in arrays]
        return Gives(
            instead={
                name: tuple(Made(f"{name}: {word}", Dtype.NUMBER) for word in fitted.get_feature_names_out().tolist())
                if fitted
                else ()
                for name, fitted in zip(self.columns, self.vectorizers_, strict=True)
            }
        )

    def _fitted(self, texts: Any) -> Any:
        vectorizer = TfidfVectorizer(max_features=self.words, ngram_range=(1, 2) if self.pairs else (1, 1))
        analyse = vectorizer.build_analyzer()
        # It cannot be fitted without a single word.
        return vectorizer.fit(texts) if any(analyse(text) for text in texts) else None

    def _apply(self, arrays: list[Any]) -> list[Any]:
        pairs = zip(self.vectorizers_, arrays, strict=True)
        return [column for fitted, texts in pairs if fitted for column in apart(fitted.transform(texts).toarray())]
