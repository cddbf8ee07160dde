vcl 4.1;

# One copy of each page for everyone. The site says how long it may be kept.
backend default {
    .host = "127.0.0.1";
    .port = "8000";
}

# Where the site runs: from there comes the word that a page has changed.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(405, "Not allowed"));
        }
        return (purge);
    }

    # What is made for one person, and what changes something, never meets the cache. Add your own paths of this
    # kind. A HEAD is passed too: turned into a GET it would spend a reader's free article.
    if (req.method != "GET" || req.http.Authorization || req.url ~ "^/(wpr|admin)/") {
        return (pass);
    }
    # The link for readers whose browser runs no script asks for a page of their own.
    if (req.url ~ "[?&]wpr-inline=") {
        return (pass);
    }

    # WPR_DELIVERY = "inline" only: whoever has a cookie of the site is answered by it, and waits for nobody else.
    # All others are visitors, and share one copy.
    if (req.http.Cookie ~ "(^|;\s*)(sessionid|wpr_browser|wpr_grant)=") {
        return (pass);
    }
    unset req.http.Cookie;

    # No cookie in the key. Varnish by itself would pass whoever has one.
    return (hash);
}

sub vcl_backend_response {
    # What says nothing of its freshness is not kept. Varnish by itself would keep it for two minutes.
    if (beresp.http.Cache-Control !~ "(max-age|s-maxage)=" && !beresp.http.Expires) {
        set beresp.uncacheable = true;
    }
    # A page is not kept beyond the next change of its access, not even while it is fetched anew.
    # Varnish's own rules follow: Cache-Control, Vary and Set-Cookie are honoured, so that an answer for one
    # reader (private, no-store) is never kept.
    set beresp.grace = 0s;
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
