"""Shapes of what only the roof answers."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import PasswordField


class ClosingSerializer(serializers.Serializer[None]):
    password = PasswordField()


class WorkersSerializer(serializers.Serializer[Any]):
    alive = serializers.BooleanField()
    heartbeat_age_s = serializers.FloatField(allow_null=True)
    concurrency = serializers.IntegerField(help_text="How many jobs one worker process runs at a time")
    slots = serializers.IntegerField(help_text="How many jobs run at a time on all that are alive")
    broker = serializers.ChoiceField(choices=["ok", "down"])


class QueueSerializer(serializers.Serializer[Any]):
    queued_jobs = serializers.IntegerField()
    oldest_job_age_s = serializers.FloatField(allow_null=True)
    queued_datasets = serializers.IntegerField(help_text="Files that wait for a worker to read them")
    oldest_queued_dataset_age_s = serializers.FloatField(allow_null=True, help_text="Since its upload")
    datasets_being_read = serializers.IntegerField()
    oldest_dataset_age_s = serializers.FloatField(allow_null=True, help_text="Of those being read, since its upload")


class JobLineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = serializers.CharField(help_text="An address, or “a closed account”")


class RunningJobSerializer(JobLineSerializer):
    since = serializers.DateTimeField()
    running_s = serializers.FloatField()
    heartbeat_age_s = serializers.FloatField()
    attempt = serializers.IntegerField()
    is_stuck = serializers.BooleanField(help_text="Its worker has not been heard of for longer than a lease")


class RunningSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    stuck = serializers.IntegerField()
    jobs = RunningJobSerializer(many=True, help_text="The first few, those longest without a heartbeat first")


class FailedJobSerializer(JobLineSerializer):
    error = serializers.CharField()
    finished_at = serializers.DateTimeField()


class KindOfFileSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    files = serializers.IntegerField()
    size_bytes = serializers.IntegerField()


class StorageSerializer(serializers.Serializer[Any]):
    kinds = KindOfFileSerializer(many=True)
    files = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()


class DatabaseSerializer(serializers.Serializer[Any]):
    engine = serializers.CharField()
    version = serializers.CharField()
    size_bytes = serializers.IntegerField()


class PeopleSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    active = serializers.IntegerField()
    staff = serializers.IntegerField()
    signed_in_lately = serializers.IntegerField(help_text="In the last 30 days")


class OutOfBalanceSerializer(serializers.Serializer[Any]):
    person = serializers.CharField()
    balance = serializers.IntegerField()
    ledger_sum = serializers.IntegerField()


class LedgersSerializer(serializers.Serializer[Any]):
    issued = serializers.IntegerField()
    spent = serializers.IntegerField()
    refunded = serializers.IntegerField()
    outstanding = serializers.IntegerField(help_text="What people hold: issued − spent + refunded")
    in_balance = serializers.BooleanField(help_text="Whether every wallet is the sum of its ledger")
    out_of_balance = OutOfBalanceSerializer(many=True)


class SystemSerializer(serializers.Serializer[Any]):
    workers = WorkersSerializer()
    queue = QueueSerializer()
    running = RunningSerializer()
    failures = FailedJobSerializer(many=True)
    counted_at = serializers.DateTimeField(help_text="When what follows was counted: once a minute")
    storage = StorageSerializer()
    database = DatabaseSerializer()
    people = PeopleSerializer()
    credits = LedgersSerializer()
