"""The strip's buttons and the outbox."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from example_project.demo.models import Message
from example_project.demo.personas import PERSONAS, become


@csrf_exempt
@require_POST
@never_cache
def be(request: HttpRequest, name: str) -> HttpResponse:
    """Make this browser one of the personas and go back to the page (303)."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return HttpResponseForbidden("Use the strip at the edge of the demonstration's own pages.")
    if name not in PERSONAS:
        raise Http404(f"There is nobody called {name!r}.")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target, status=303)
    user = become(name)
    logout(request)
    for cookie in ("wpr_browser", "wpr_grant"):
        response.delete_cookie(cookie)
    if user is not None:
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return response


@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """All messages, newest first."""
    return render(request, "demo/outbox.html", {"messages_sent": Message.objects.all()[:200]})


@require_GET
@never_cache
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: its HTML in a sandbox, its text, its headers."""
    return render(request, "demo/message.html", {"message": get_object_or_404(Message, pk=pk)})


@require_GET
@never_cache
@xframe_options_sameorigin
def message_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part alone, for the frame. It may style itself and nothing else."""
    response = HttpResponse(get_object_or_404(Message, pk=pk).html)
    response["Content-Security-Policy"] = (
        "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
        "style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
    )
    return response


@require_GET
@never_cache
def messages_json(request: HttpRequest) -> JsonResponse:
    """Messages as data, newest first; ``?to=ADDRESS`` for one recipient."""
    found = Message.objects.all()
    address = request.GET.get("to", "").strip().lower()
    if address:
        found = found.filter(to__icontains=address)
    data = [row.as_data() for row in found[:500] if not address or address in row.to.lower().split(", ")]
    return JsonResponse(data, safe=False)
