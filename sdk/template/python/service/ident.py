"""@NAME@ - greets people.

A place to begin: one setting, one method with a REST route and a CLI verb."""
from tenon_plugin import Plugin, field, message


@message
class Config:
    """Settings: instances.@IDENT@.greeting in tenond's configuration."""
    greeting: str = field(default="Hello", range="1..100", doc="the word that a greeting begins with")


@message
class GreetArgs:
    name: str = field(range="1..200", doc="whom to greet")
    times: int = field(default=1, range="1..10", doc="how often")


@message
class GreetResult:
    text: str = field(doc="the greeting")


plugin = Plugin("@IDENT@", interface="@INTERFACE@", version="0.1.0", doc="Greets people.", licence="Apache-2.0", config=Config)


@plugin.method(route="GET /api/v1/@IDENT@/greet", cli="@IDENT@ greet NAME", permission="read@workspace", errors="NOT_FOUND", idempotent=True)
async def greet(call, args: GreetArgs) -> GreetResult:
    """Greets somebody by name."""
    if args.name == "nobody":
        call.fail("NOT_FOUND", "there is nobody to greet")
    return GreetResult(text=" ".join([f"{call.config.greeting}, {args.name}!"] * args.times))
