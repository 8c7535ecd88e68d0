from django.urls import path

from training.views import again, compare, jobs, models, new, status, used_by
from training.views.status import ACTS

app_name = "training"
urlpatterns = [
    path("data/<uuid:dataset_id>/train", new.training_new, name="new"),
    path("data/<uuid:dataset_id>/used-by", used_by.used_by, name="used_by"),
    path("projects/<uuid:project_id>/training", jobs.job_list, name="jobs"),
    path("training/<uuid:job_id>", jobs.job_detail, name="job"),
    path("training/<uuid:job_id>/stop", jobs.job_stop, name="stop"),
    path("training/<uuid:job_id>/again", again.job_again, name="again"),
    path("projects/<uuid:project_id>/models", models.model_list, name="models"),
    path("projects/<uuid:project_id>/models/compare", compare.compare, name="compare"),
    path("models/<uuid:model_id>", models.model_detail, name="model"),
    path("models/<uuid:model_id>/evaluation", models.model_evaluation, name="evaluation"),
    path("models/<uuid:model_id>/importance", models.model_importance, name="importance"),
    path("models/<uuid:model_id>/download", models.model_download, name="download"),
    *(path(f"models/<uuid:model_id>/{act.name}", status.model_status, {"act": act}, name=act.name) for act in ACTS),
]
