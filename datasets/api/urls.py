from django.urls import path

from datasets.api import datasets, pairs, recipes, rows, versions

urlpatterns = [
    path("datasets", datasets.DatasetsView.as_view(), name="datasets"),
    path("datasets/upload", datasets.UploadView.as_view(), name="dataset-upload"),
    path("datasets/samples", datasets.SamplesView.as_view(), name="dataset-samples"),
    path("datasets/<uuid:pk>", datasets.DatasetView.as_view(), name="dataset"),
    path("datasets/<uuid:pk>/steps/preview", recipes.StepsPreviewView.as_view(), name="steps-preview"),
    path("feature-steps", recipes.FeatureStepsView.as_view(), name="feature-steps"),
    path("recipes", recipes.RecipesView.as_view(), name="recipes"),
    path("recipes/<uuid:pk>", recipes.RecipeView.as_view(), name="recipe"),
    path("datasets/<uuid:pk>/preview", rows.PreviewView.as_view(), name="dataset-preview"),
    path("datasets/<uuid:pk>/profile", rows.ProfileView.as_view(), name="dataset-profile"),
    path("datasets/<uuid:pk>/pair", pairs.PairView.as_view(), name="dataset-pair"),
    path("datasets/<uuid:pk>/versions", versions.VersionsView.as_view(), name="dataset-versions"),
    path("datasets/<uuid:pk>/versions/<int:number>", versions.VersionView.as_view(), name="dataset-version"),
    path("datasets/<uuid:pk>/download", versions.DownloadView.as_view(), name="dataset-download"),
    path("datasets/<uuid:pk>/bad-rows", versions.BadRowsView.as_view(), name="dataset-bad-rows"),
    path("datasets/<uuid:pk>/purge", versions.PurgeView.as_view(), name="dataset-purge"),
]
