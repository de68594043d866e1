"""Shapes of answers. Clients take the small ones by their exact keys."""

from marshmallow import Schema, fields


class Submitted(Schema):
    job_id = fields.String(required=True)
    submission_id = fields.String(required=True)


class Stopped(Schema):
    stopped = fields.Boolean(required=True)


class Deleted(Schema):
    deleted = fields.Boolean(required=True)


class Logs(Schema):
    logs = fields.String(required=True)


class Version(Schema):
    version = fields.String(required=True)
    ray_version = fields.String(required=True)
    ray_commit = fields.String(required=True)
    session_name = fields.String(required=True)


class Details(Schema):
    """Of a job; what Ray has no word for is under ``windlass``."""

    type = fields.String(required=True)
    job_id = fields.String(required=True, allow_none=True)
    submission_id = fields.String(required=True)
    driver_info = fields.Dict(required=True, allow_none=True)
    status = fields.String(required=True)
    entrypoint = fields.String(required=True)
    message = fields.String(required=True)
    error_type = fields.String(required=True, allow_none=True)
    start_time = fields.Integer(required=True)
    end_time = fields.Integer(required=True, allow_none=True)
    metadata = fields.Dict(required=True, allow_none=True)
    runtime_env = fields.Dict(required=True, allow_none=True)
    driver_agent_http_address = fields.String(required=True, allow_none=True)
    driver_node_id = fields.String(required=True, allow_none=True)
    driver_exit_code = fields.Integer(required=True, allow_none=True)
    windlass = fields.Dict(required=True)
