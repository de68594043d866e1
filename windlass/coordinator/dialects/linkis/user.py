"""Logging in and out, and who one is."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from windlass.coordinator.dialects.linkis import words
from windlass.coordinator.dialects.linkis.reading import text_of, whole_body
from windlass.coordinator.dialects.linkis.settings import Settings
from windlass.coordinator.dialects.linkis.users import COOKIE, Users, check_name
from windlass.coordinator.web.auth import Scope
from windlass.coordinator.web.failures import Refusal
from windlass.coordinator.web.operations import Call, operation


class User:
    def __init__(self, users: Users, settings: Settings) -> None:
        self._users = users
        self._settings = settings

    @operation("POST /user/login", None, loose=True)
    def log_in(self, _: Call) -> Response:
        """Begin a session."""
        given = _credentials()
        user, password = given["userName"].strip().lower(), given["password"]
        if not user:
            raise words.refuse("Username can not be empty(用户名不能为空)！")
        if not password.strip():
            raise words.refuse("Password can not be blank(密码不能为空)！")
        check_name(user)
        proof = self._users.prove(request, user, password)
        if proof is None:
            raise words.refuse("wrong user name or password(用户名或密码错误)！")
        if self._is_logged_in(user):
            text = (
                f"{user} already logged in, please log out before signing in"
                "(已经登录，请先退出再进行登录)！"
            )
            return words.answer({"userName": user, **self._about(user)}, text)
        return self._begun(user, proof, "login successful(登录成功)！")

    @operation("POST /user/token-login", Scope.READ, also=("/user/token-login/",), loose=True)
    def log_in_by_token(self, call: Call) -> Response:
        """Begin a session of whom the token headers name."""
        code = request.headers.get("Token-Code") or request.cookies.get("Token-Code") or ""
        proof = self._users.prove(request, call.caller.name, code)
        if proof is None:
            raise words.refuse(words.LOGIN_FIRST, status=words.NOT_LOGGED_IN)
        return self._begun(call.caller.name, proof, "login successful(登录成功)！")

    @operation("GET /user/publicKey", None, loose=True)
    def tell_key(self, _: Call) -> Response:
        """Say that passwords come as they are."""
        return words.answer({"enableSSL": False, "enableLoginEncrypt": False})

    @operation("GET /user/userInfo", Scope.READ, loose=True)
    def tell_user(self, call: Call) -> Response:
        """Say who the caller is."""
        return words.answer({"userName": call.caller.name})

    @operation("GET /user/baseinfo", Scope.READ, loose=True)
    def tell_base(self, call: Call) -> Response:
        """Say who the caller is, and whether they administrate."""
        name = call.caller.name
        about = {"username": name, "userName": name, "isAdmin": call.caller.may(Scope.ADMIN)}
        return words.answer(about)

    @operation("GET /user/heartbeat", Scope.READ, loose=True)
    def beat(self, _: Call) -> Response:
        """Keep the session alive."""
        return words.answer(message="Maintain heartbeat success(维系心跳成功)")

    @operation("POST /user/heartbeat", Scope.READ, loose=True)
    def post_beat(self, call: Call) -> Response:
        """Keep the session alive."""
        return self.beat(call)

    @operation("GET /user/logout", None, loose=True)
    def log_out(self, _: Call) -> Response:
        """End the session."""
        self._users.end(request)
        response = words.answer(message="Logout successful(退出登录成功)！")
        response.delete_cookie(COOKIE, path="/")
        return response

    @operation("POST /user/logout", None, loose=True)
    def post_log_out(self, call: Call) -> Response:
        """End the session."""
        return self.log_out(call)

    @operation("GET /gateway/heartbeat", Scope.READ, loose=True)
    def tell_gateways(self, _: Call) -> Response:
        """Name the addresses of this service: the one it was called by."""
        return words.answer({"gatewayList": [request.host], "isHealthy": True})

    def _is_logged_in(self, user: str) -> bool:
        try:
            caller = self._users.of_session(request)
        except Refusal:
            return False
        return caller is not None and caller.name == user

    def _begun(self, user: str, proof: str, message: str) -> Response:
        response = words.answer({"userName": user, **self._about(user)}, message)
        response.set_cookie(
            COOKIE, self._users.begin(user, proof), path="/", httponly=True, samesite="Strict"
        )
        return response

    def _about(self, user: str) -> dict[str, Any]:
        """``sessionTimeOut`` (ms) is what a client may rely on."""
        return {
            "isAdmin": user in self._settings.admins,
            "sessionTimeOut": int(self._settings.session * 1000),
            "enableWatermark": False,
        }


def _credentials() -> Mapping[str, str]:
    """Of the body, or of the address where there is none."""
    document = whole_body() if request.get_data() else {}
    names = ("userName", "password")
    return {name: text_of(document, name) or request.args.get(name, "") for name in names}
