"""The Celery app: a doorbell. Tasks take milliseconds; what they start lives on threads of ours."""

from celery import Celery

from windlass.shared import queues

INTAKE_THREADS = 2  # claims in flight, each one round trip


def create_app(redis_url: str) -> Celery:
    """JSON only, no results, no remote control, nothing popped that cannot start now."""
    app = Celery("windlass", broker=redis_url, set_as_current=False, fixups=[])
    app.conf.update(
        broker_transport_options=queues.transport_options(),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # a full Redis is an outage like another
        broker_heartbeat=0,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        worker_pool="threads",
        worker_concurrency=INTAKE_THREADS,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_detect_quorum_queues=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_consumer="windlass.worker.consumer:Consumer",
    )
    return app
