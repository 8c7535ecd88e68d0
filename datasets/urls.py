from django.urls import path

from datasets.views import (
    column,
    columns,
    detail,
    exports,
    lists,
    quality,
    recipes,
    relations,
    steps,
    uploads,
    versions,
)

app_name = "datasets"
urlpatterns = [
    path("projects/<uuid:project_id>/data", lists.dataset_list, name="list"),
    path("projects/<uuid:project_id>/data/upload", uploads.upload, name="upload"),
    path("projects/<uuid:project_id>/data/sample", uploads.sample, name="sample"),
    path("data/<uuid:dataset_id>", detail.dataset_detail, name="detail"),
    path("data/<uuid:dataset_id>/reading", uploads.reading, name="reading"),
    path("data/<uuid:dataset_id>/columns", columns.dataset_columns, name="columns"),
    path("data/<uuid:dataset_id>/columns/<int:position>", column.dataset_column, name="column"),
    path("data/<uuid:dataset_id>/quality", quality.dataset_quality, name="quality"),
    path("data/<uuid:dataset_id>/relations", relations.dataset_relations, name="relations"),
    path("data/<uuid:dataset_id>/steps", steps.feature_steps, name="steps"),
    path("projects/<uuid:project_id>/recipes", recipes.recipe_list, name="recipes"),
    path("recipes/<uuid:recipe_id>", recipes.recipe_detail, name="recipe"),
    path("recipes/<uuid:recipe_id>/delete", recipes.recipe_delete, name="recipe_delete"),
    path("data/<uuid:dataset_id>/versions", versions.dataset_versions, name="versions"),
    path("data/<uuid:dataset_id>/versions/<int:number>/delete", versions.version_delete, name="version_delete"),
    path("data/<uuid:dataset_id>/download", exports.dataset_download, name="download"),
    path("data/<uuid:dataset_id>/bad-rows", exports.dataset_bad_rows, name="bad_rows"),
    path("data/<uuid:dataset_id>/purge", versions.dataset_purge, name="purge"),
    path("data/<uuid:dataset_id>/delete", lists.dataset_delete, name="delete"),
]
