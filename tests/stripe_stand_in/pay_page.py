"""The hosted pay page: plain HTML that a browser test clicks by role and name.

GET `/pay/<session>` shows it; POST with `outcome` card, bank_debit or decline does it.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from .account import Account
from .answer import ApiError, JsonObject
from .money import reads
from .payments import NotPayableError, debit_kind, decline_card, pay_by_card, pay_by_debit
from .reply import Reply
from .sessions import expire_due

OUTCOMES = {"card": pay_by_card, "bank_debit": pay_by_debit, "decline": decline_card}
# Stripe Checkout, too, waits up to ten seconds for the webhook before it sends the shopper back.
PATIENCE = 10.0


def show(account: Account, identifier: str) -> Reply:
    with account.lock:
        expire_due(account)
        try:
            session = account.session(identifier)
        except ApiError:
            return Reply.html(closed("There is no such payment page."), 404)
        if session["status"] != "open":
            return Reply.html(closed(f"This payment page is {session['status']}."), 410)
        return Reply.html(open_page(account, session))


def act(account: Account, identifier: str, form: str) -> Reply:
    outcome = parse_qs(form).get("outcome", [""])[0]
    if outcome not in OUTCOMES:
        return Reply.html(closed("That is not a way to pay."), 400)
    try:
        with account.lock:
            expire_due(account)
            session = account.session(identifier)
            OUTCOMES[outcome](account, session)
            there = next_url(session)
    except (ApiError, NotPayableError):
        return show(account, identifier)
    account.courier.wait(PATIENCE)
    return Reply.see_other(there)


def next_url(session: JsonObject) -> str:
    """Back to the shop when it is done; the same page after a declined card."""
    if session["status"] == "open":
        return f"/pay/{session['id']}"
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def open_page(account: Account, session: JsonObject) -> str:
    currency = session["currency"]
    rows = "".join(
        f"<tr><td>{escape(line['description'])}</td><td>{line['quantity']}</td>"
        f"<td>{reads(line['amount_total'], currency)}</td></tr>"
        for line in account.lines[session["id"]]
    )
    return document(
        f"Pay {reads(session['amount_total'], currency)}",
        f"""{alert(account, session)}
<p>A pretend payment page: nobody is charged.</p>
<table>
<caption>What you are paying for</caption>
<thead><tr><th scope="col">Item</th><th scope="col">Quantity</th><th scope="col">Amount</th></tr>
</thead><tbody>{rows}</tbody>
</table>
{shipping(session)}
<p>Total: <strong>{reads(session["amount_total"], currency)} {currency.upper()}</strong></p>
<form method="post">{buttons(session)}</form>
{way_back(session)}""",
    )


def shipping(session: JsonObject) -> str:
    cost = session["shipping_cost"]
    return f"<p>Shipping: {reads(cost['amount_total'], session['currency'])}</p>" if cost else ""


def alert(account: Account, session: JsonObject) -> str:
    intent = account.intents.get(session["payment_intent"] or "", {})
    error = intent.get("last_payment_error")
    return f'<p role="alert">{escape(error["message"])}</p>' if error else ""


def buttons(session: JsonObject) -> str:
    offered = {"card": "Pay"}
    if session["amount_total"] and debit_kind(session):
        offered["bank_debit"] = "Pay later by bank debit"
    if session["amount_total"]:
        offered["decline"] = "Decline card"
    return "\n".join(
        f'<p><button type="submit" name="outcome" value="{value}">{name}</button></p>'
        for value, name in offered.items()
    )


def way_back(session: JsonObject) -> str:
    url = session["cancel_url"]
    return f'<p><a href="{escape(url)}">Cancel and return to the shop</a></p>' if url else ""


def closed(reason: str) -> str:
    return document("You cannot pay here", f"<p>{escape(reason)}</p>")


def document(title: str, main: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body><main>
<h1>{title}</h1>
{main}
</main></body>
</html>
"""
