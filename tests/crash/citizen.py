"""A citizen who registers, activates and signs in over HTTP, filling the very forms that are served (hidden fields
included)."""

import http.client
import http.cookiejar
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

FULL_NAME = "Nguyễn Thị Kim Oanh"
PATIENCE_SECONDS = 30
# Where the service of these tests would listen.
SERVICE = "http://127.0.0.1:9/callback"


class NotServed(ConnectionError):
    """The server said to come back later, or said nothing whole: whatever was asked is not acknowledged."""


class Fault(AssertionError):
    """A 500, which nothing excuses."""


class SentAway(Exception):
    """The browser is sent to a service, with these parameters."""

    def __init__(self, address):
        super().__init__(address)
        self.address = address


class StopAtService(urllib.request.HTTPRedirectHandler):
    """Nobody listens at the service: its address is enough."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if newurl.startswith(SERVICE):
            raise SentAway(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Form(HTMLParser):
    """The form that holds the control `username`, as a browser would send it back untouched."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self._select = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "fields": {}, "options": {}})
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        name = attrs.get("name")
        if tag == "button" and attrs.get("type", "submit") == "submit":
            self.forms[-1].setdefault("button", (name, attrs.get("value", "")))
        elif tag == "input" and name and attrs.get("type", "text") not in ("submit", "button", "image"):
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                fields[name] = attrs.get("value", "") or ""
        elif tag == "select" and name:
            self._select = name
            fields.setdefault(name, "")
            self.forms[-1]["options"][name] = []
        elif tag == "option" and self._select:
            value = attrs.get("value", "") or ""
            self.forms[-1]["options"][self._select].append(value)
            if "selected" in attrs:
                fields[self._select] = value

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None

    def with_field(self, name):
        return next((form for form in self.forms if name in form["fields"]), None)


class Citizen:
    """One person with one browser."""

    def __init__(self, issuer, number, watch=None):
        self.issuer = issuer
        # Called with what came of each request and how long it took.
        self.watch = watch or (lambda _kind, _seconds: None)
        self.username = f"kimoanh{number:06d}"
        self.email = f"kim.oanh.{number}@example.vn"
        self.password = f"Lua-Vang-{random.randrange(10**6):06d}"
        self.number = number
        self.page_url = issuer
        self.new_browser()

    def new_browser(self):
        """A browser that has never been here. The one before is kept by whoever holds `browser`."""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(cookies, StopAtService())
        return self

    def register(self):
        """True once the page says that the registration succeeded. OSError when the process died under us."""
        page = self._get("/register/citizen")
        form = self._form(page)
        province = next(value for value in form["options"]["province_code"] if value)
        page = self._post(form, {**self._typed(), "province_code": province, "choose_province": ""})
        form = self._form(page)
        ward = next(value for value in form["options"]["ward_code"] if value)
        page = self._post(form, {**self._typed(), "province_code": province, "ward_code": ward})
        again = Form(page).with_field("full_name")
        if again is not None:
            raise AssertionError(f"the registration of {self.username} was refused:\n{readable(page)}")
        return True

    @property
    def phone(self):
        return f"0912{self.number:06d}"

    def activate(self, mail):
        """From the mail to the page that says that the account is active."""
        text = mail.get_body(("plain",)).get_content()
        link = re.search(re.escape(self.issuer) + r"/\S+", text).group().rstrip(".,)")
        form = Form(self.open(link)).with_field("token")
        if form is None:
            return False
        page = self._post(form, {"password": self.password} if "password" in form["fields"] else {})
        return name_of(page) == "activated"

    def sign_in(self, gateway, patience=PATIENCE_SECONDS):
        """Password and code. False when the page says something else than that it went well."""
        self.new_browser()
        form = Form(self._get("/sign-in")).with_field("password")
        before = gateway.mark(self.phone)
        page = self._post(form, {"username": self.username, "password": self.password})
        form = Form(page).with_field("code")
        if form is None:
            return False
        code = gateway.code(self.phone, before, patience)
        if code is None:
            return False
        return name_of(self._post(form, {"code": code})) == "home"

    def signed_in(self):
        """Whether the portal knows the browser."""
        page = self._get("/")
        return name_of(page) == "home" and self.username in page

    def sign_out(self):
        """True once the page says that nobody is signed in here any more."""
        page = self._get("/sign-out")
        form = next((form for form in Form(page).forms if form["action"] == "/sign-out/confirm"), None)
        if form is None:
            raise AssertionError(f"{self.username} was signed in and is not asked whether to leave:\n{readable(page)}")
        return name_of(self._post(form, {})) == "signed-out"

    def open(self, url):
        return self._request(url, None)

    def _typed(self):
        return {
            "full_name": FULL_NAME,
            # CCCD: province 024, 1 = woman born in the 1900s, year 92, serial.
            "birth_date": "1992-03-08",
            "identity_number": f"024192{self.number:06d}",
            "username": self.username,
            "phone": self.phone,
            "email": self.email,
            "password": self.password,
            "password_confirmation": self.password,
            "street": "12 đường Ngô Gia Tự",
        }

    def _form(self, page):
        form = Form(page).with_field("full_name")
        if form is None:
            raise AssertionError(f"no registration form on the page:\n{readable(page)}")
        return form

    def _get(self, path):
        return self._request(f"{self.issuer}{path}", None)

    def _post(self, form, values):
        # As the Enter key does: the form's first button goes along (HTML, implicit submission).
        name, value = form.get("button", (None, None))
        fields = {**form["fields"], **({name: value} if name else {}), **values}
        return self._request(urllib.parse.urljoin(self.page_url, form["action"]), urllib.parse.urlencode(fields).encode())

    def _request(self, url, body):
        headers = {"Accept": "text/html", "Accept-Language": "vi"}
        if body is not None:
            headers["Origin"] = self.issuer
        request = urllib.request.Request(url, data=body, headers=headers)
        began = time.monotonic()
        kind = "no answer"
        try:
            with self.browser.open(request, timeout=PATIENCE_SECONDS) as response:
                self.page_url = response.geturl()
                text = response.read().decode("utf-8")
                kind = "good"
                return text
        except SentAway:
            kind = "good"
            raise
        except urllib.error.HTTPError as refusal:
            kind = str(refusal.code)
            if refusal.code == 500:
                raise Fault(f"500 at {url}") from refusal
            if refusal.code in (429, 502, 503, 504):
                raise NotServed(f"{refusal.code} at {url}") from refusal
            self.page_url = refusal.geturl()
            return refusal.read().decode("utf-8")
        except http.client.HTTPException as cut:
            # The answer stopped in the middle: the process died while it wrote.
            raise NotServed(str(cut)) from cut
        finally:
            self.watch(kind, time.monotonic() - began)


def name_of(page):
    """The page's name, as its main part says."""
    found = re.search(r'data-page="([^"]+)"', page)
    return found.group(1) if found else None


def readable(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))[:1500]
