"""Feature steps and recipes for programs."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actor import Actor, Scope
from datasets import queries, recipes
from datasets.models import Dataset, Recipe
from ml.schema import Dtype
from ml.steps.registry import all_steps
from workspaces import access
from workspaces.queries import projects_of

MOST_PREVIEW_ROWS = 100
DTYPES = [dtype.value for dtype in Dtype]


class StepKindSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    changes = serializers.CharField(help_text="What becomes of the columns")
    takes = serializers.ListField(child=serializers.ChoiceField(choices=DTYPES), help_text="Types of column")
    params = serializers.DictField(help_text="JSON Schema of the parameters, with defaults")
    needs_target = serializers.BooleanField()


class StepSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    params = serializers.DictField(required=False)


@extend_schema_field(StepSerializer(many=True))
class StepsField(serializers.JSONField):
    """A list of steps as it was sent: the registry checks it, and names the part at fault."""


class StepsWishSerializer(serializers.Serializer[None]):
    steps = StepsField()
    target = serializers.CharField(max_length=300, trim_whitespace=False, required=False, allow_null=True, default=None)
    version = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    rows = serializers.IntegerField(min_value=1, max_value=MOST_PREVIEW_ROWS, default=20)


class NamedDtypeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    dtype = serializers.ChoiceField(choices=DTYPES)


class RowsSerializer(serializers.Serializer[Any]):
    columns = NamedDtypeSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField())


class StepRowsSerializer(RowsSerializer):
    kind = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())


class StepsPreviewSerializer(serializers.Serializer[Any]):
    before = RowsSerializer()
    after = RowsSerializer()
    steps = StepRowsSerializer(many=True, help_text="The same rows after each step and those before it")
    fitted_on = serializers.IntegerField(help_text="How many rows the steps learnt from here")
    exact = serializers.BooleanField(help_text="Whether those are all rows of the table")


class RecipeSerializer(serializers.ModelSerializer[Recipe]):
    project = serializers.UUIDField(source="project_id", read_only=True)
    steps = StepsField()

    class Meta:
        model = Recipe
        fields = ["id", "project", "name", "description", "steps", "created_at", "updated_at"]
        validators: list[Any] = []  # a name that is taken is told of where the project is seen to be the caller's


class NewRecipeSerializer(RecipeSerializer):
    project = serializers.UUIDField()  # that of the parent is only shown


class FeatureStepsView(APIView):
    """The kinds of feature step, each with the types it takes and the JSON Schema of its parameters. Public."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(responses=StepKindSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([kind.to_json() for kind in all_steps()])


class StepsPreviewView(APIView):
    """Some rows before and after feature steps, and after each of them; nothing is kept.

    The steps learn from all rows, or from a sample of a long table: `fitted_on` and `exact` tell.
    """

    key_scope = Scope.READ

    @extend_schema(request=StepsWishSerializer, responses=StepsPreviewSerializer)
    def post(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        dataset = access.get(actor, Dataset.objects.all(), pk)
        body = StepsWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        version = queries.version(dataset, wish.pop("version"))
        return Response(recipes.preview(version, **wish))


class RecipeFilter(filters.FilterSet):
    project = filters.UUIDFilter()


class RecipesView(generics.ListCreateAPIView[Recipe]):
    """The recipes the caller may see: named lists of feature steps."""

    serializer_class = RecipeSerializer
    filterset_class = RecipeFilter
    search_fields = ["name", "description"]
    ordering_fields = ["name", "created_at", "updated_at"]
    queryset = Recipe.objects.none()

    def get_queryset(self) -> QuerySet[Recipe]:
        return recipes.recipes_of(Actor.of(self.request))

    @extend_schema(request=NewRecipeSerializer, responses={201: RecipeSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        body = NewRecipeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), dict(body.validated_data)
        project = access.get(actor, projects_of(actor), wish.pop("project"))
        recipe = recipes.create_recipe(actor=actor, project=project, **wish)
        return Response(RecipeSerializer(recipe).data, status=201)


class RecipeView(generics.RetrieveUpdateDestroyAPIView[Recipe]):
    """One recipe. Changing or deleting it changes no model: each keeps the steps it was made with."""

    serializer_class = RecipeSerializer
    queryset = Recipe.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Recipe:
        actor = Actor.of(self.request)
        return access.get(actor, recipes.recipes_of(actor), self.kwargs["pk"])

    def perform_update(self, serializer: RecipeSerializer) -> None:  # type: ignore[override]
        actor = Actor.of(self.request)
        recipes.update_recipe(actor=actor, recipe=self.get_object(), **serializer.validated_data)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: Recipe) -> None:
        recipes.delete_recipe(actor=Actor.of(self.request), recipe=instance)
