//! The pages' HTML, by askama (which escapes every value).

use askama::Template;

use crate::{
    adapters::index::user::{Standing, UserRow},
    domain::identity::Role,
};

fn render(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be written");
        "<!doctype html><title>Holdfast</title><p>This page could not be written. The log says why.".to_owned()
    })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{{ site }} · Holdfast</title>
<link rel="stylesheet" href="/assets/app.css">
<link rel="icon" href="/assets/icon.svg">
<script src="/assets/app.js" defer></script>
</head>
<body>
<div id="app"></div>
<noscript><main class="page"><h1>Holdfast</h1><p class="notice failed">Watching footage needs JavaScript. Switch it on for this site, then reload.</p></main></noscript>

</body>
</html>"#
)]
struct Shell<'a> {
    site: &'a str,
}

pub fn shell(site: &str) -> String {
    render(&Shell { site })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{{ title }} · Holdfast</title>
<link rel="stylesheet" href="/assets/app.css">
<link rel="icon" href="/assets/icon.svg">
</head>
<body>
<main class="page alone">
<p class="brand">Holdfast</p>
<h1>{{ title }}</h1>
{{ body|safe }}
</main>
</body>
</html>"#
)]
struct Frame<'a> {
    title: &'a str,
    /// Written by the templates below, which have escaped it.
    body: String,
}

fn frame(title: &str, body: &impl Template) -> String {
    render(&Frame { title, body: render(body) })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p class="notice failed" role="alert">{{ sentence }}</p><p>{{ next }}</p><p><a href="/">Back to the workspace</a></p>"#
)]
struct Message<'a> {
    sentence: &'a str,
    next: &'a str,
}

pub fn message(sentence: &str, next: &str) -> String {
    frame("Something is not right", &Message { sentence, next })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
<form method="post" action="/login">
<label class="field"><span>User name</span><input id="name" name="name" value="{{ name }}" autocomplete="username" autocapitalize="none" required autofocus></label>
<label class="field"><span>Password</span><input id="password" name="password" type="password" autocomplete="current-password" required></label>
<button class="primary" type="submit">Sign in</button>
</form>
<p class="hint">Looking at footage is logged, with its purpose. If you have forgotten your password, ask an administrator for a new one.</p>"#
)]
struct Login<'a> {
    name: &'a str,
    problem: Option<&'a str>,
}

pub fn login(site: &str, name: &str, problem: Option<&str>) -> String {
    frame(&["Sign in to ", site].concat(), &Login { name, problem })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p>This box has no users yet. The set-up code was shown when it was installed (<code>holdfast init</code>), and works once.</p>
{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
<form method="post" action="/setup">
<label class="field"><span>Set-up code</span><input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters" required></label>
<fieldset><legend>The administrator</legend>
<p class="hint">Looks after cameras and users. Sees no footage.</p>
<label class="field"><span>User name</span><input id="admin_name" name="admin_name" value="{{ admin_name }}" autocomplete="off" required></label>
<label class="field"><span>Password</span><input id="admin_password" name="admin_password" type="password" autocomplete="new-password" minlength="12" required></label>
</fieldset>
<fieldset><legend>The first person who may watch</legend>
<p class="hint">May see footage and hand out copies. You can leave this empty and add people later.</p>
<label class="field"><span>User name</span><input id="viewer_name" name="viewer_name" value="{{ viewer_name }}" autocomplete="off"></label>
<label class="field"><span>Password</span><input id="viewer_password" name="viewer_password" type="password" autocomplete="new-password"></label>
</fieldset>
<button class="primary" type="submit">Set up</button>
</form>"#
)]
struct Setup<'a> {
    admin_name: &'a str,
    viewer_name: &'a str,
    problem: Option<&'a str>,
}

pub fn setup(admin_name: &str, viewer_name: &str, problem: Option<&str>) -> String {
    frame("Set up Holdfast", &Setup { admin_name, viewer_name, problem })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p><a href="/">Back to the workspace</a></p>
{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
{% if let Some((name, password)) = issued %}<p class="notice" role="status">The new password of {{ name }} is <code>{{ password }}</code>. It is shown this once: hand it over in person.</p>{% endif %}
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Standing</th><th scope="col">Actions</th></tr></thead>
<tbody>
{% for user in users %}<tr>
<td>{{ user.name }}</td><td>{{ user.role.title() }}</td><td>{% if user.standing == Standing::Active %}active{% else %}disabled{% endif %}</td>
<td>
<form class="inline" method="post" action="/users/{{ user.id.0 }}/reset"><input type="hidden" name="csrf" value="{{ csrf }}"><button class="quiet" type="submit">New password<span class="away"> for {{ user.name }}</span></button></form>
{% if user.standing == Standing::Active %}<form class="inline" method="post" action="/users/{{ user.id.0 }}/disable"><input type="hidden" name="csrf" value="{{ csrf }}"><button class="quiet" type="submit">Disable<span class="away"> {{ user.name }}</span></button></form>{% endif %}
</td>
</tr>{% endfor %}
</tbody>
</table>
<h2>Add somebody</h2>
<form method="post" action="/users">
<input type="hidden" name="csrf" value="{{ csrf }}">
<label class="field"><span>User name</span><input id="name" name="name" autocomplete="off" required></label>
<label class="field"><span>Role</span><select id="role" name="role">{% for role in Role::ALL %}<option value="{{ role.name() }}">{{ role.title() }}</option>{% endfor %}</select></label>
<label class="field"><span>Password</span><input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required></label>
<button class="primary" type="submit">Add</button>
</form>"#
)]
struct Accounts<'a> {
    users: &'a [UserRow],
    csrf: &'a str,
    problem: Option<&'a str>,
    issued: Option<(&'a str, &'a str)>,
}

pub fn accounts(users: &[UserRow], csrf: &str, problem: Option<&str>, issued: Option<(&str, &str)>) -> String {
    frame("Users", &Accounts { users, csrf, problem, issued })
}
