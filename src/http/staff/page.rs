//! The pages' HTML, by askama (which escapes every value).

use askama::Template;

use crate::{
    adapters::{
        authenticator::Invitation,
        index::user::{Standing, UserRow},
        passkey::Asked,
    },
    domain::identity::{
        Role, policy,
        scope::{Limits, Scope},
    },
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
<script src="/assets/passkey.js" defer></script>
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
<label class="field"><span>Code <small>if you use an authenticator app</small></span><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7"></label>
<button class="primary" type="submit">Sign in</button>
{% if let Some(TakesPasskeys) = takes %}<input type="hidden" name="passkey" data-passkey="Sign in with a passkey">{% endif %}
</form>
<p class="hint">Looking at footage is logged, with its purpose. If you have forgotten your password, ask an administrator for a new one.</p>"#
)]
struct Login<'a> {
    name: &'a str,
    takes: Option<TakesPasskeys>,
    problem: Option<&'a str>,
}

/// The site takes passkeys.
#[derive(Clone, Copy)]
pub struct TakesPasskeys;

pub fn login(site: &str, name: &str, takes: Option<TakesPasskeys>, problem: Option<&str>) -> String {
    frame(&["Sign in to ", site].concat(), &Login { name, takes, problem })
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

/// Who is asked to show once more that it is them.
pub struct Asker<'a> {
    pub csrf: &'a str,
    pub name: &'a str,
    pub has_second_factor: bool,
    pub has_passkey: bool,
}

/// The fields of [`Asker`], within a form.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<input type="hidden" name="csrf" value="{{ asker.csrf }}">
<input type="text" name="username" autocomplete="username" value="{{ asker.name }}" readonly hidden>
<label class="field"><span>Password of {{ asker.name }}</span><input name="own_password" type="password" autocomplete="current-password" required></label>
{% if asker.has_second_factor %}<label class="field"><span>Code of your authenticator app</span><input name="own_code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required></label>{% endif %}
{% if asker.has_passkey %}<input type="hidden" name="own_passkey" data-passkey="Use your passkey instead">{% if !asker.has_second_factor %}<p class="hint">The password alone is not enough for an account with a passkey.</p>{% endif %}{% endif %}"#
)]
struct Proof<'a> {
    asker: &'a Asker<'a>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p><a href="/">Back to the workspace</a></p>
{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
{% if let Some((name, password)) = issued %}<p class="notice" role="status">The new password of {{ name }} is <code>{{ password }}</code>. It is shown this once: hand it over in person. If somebody else may have used the account, remove its passkeys as well: they sign in by themselves.</p>{% endif %}
<div class="scroll" tabindex="0" role="region" aria-label="Accounts">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Standing</th><th scope="col">Signs in with</th><th scope="col">Policy</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
<tbody>
{% for (user, policy) in users %}<tr>
<td>{{ user.name }}</td><td>{{ user.role.title() }}</td><td>{% if user.standing == Standing::Active %}active{% else %}disabled{% endif %}</td>
<td>{% if user.has_second_factor %}password and app{% if user.has_passkey %}, or passkey{% endif %}{% else if user.has_passkey %}passkey{% else %}password{% endif %}</td>
<td>{{ policy }}</td>
<td><a href="/users/{{ user.id.0 }}">Change<span class="unseen"> {{ user.name }}</span></a></td>
</tr>{% endfor %}
</tbody>
</table>
</div>
<h2>Add somebody</h2>
<form method="post" action="/users">
<label class="field"><span>User name</span><input id="name" name="name" autocomplete="off" required></label>
<label class="field"><span>Role</span><select id="role" name="role">{% for role in Role::ALL %}<option value="{{ role.name() }}">{{ role.title() }}</option>{% endfor %}</select></label>
<label class="field"><span>Their password</span><input id="password" name="password" type="password" autocomplete="new-password" minlength="12" required></label>
{{ proof|safe }}
<button class="primary" type="submit">Add</button>
</form>"#
)]
struct Accounts<'a> {
    users: &'a [(UserRow, &'static str)],
    problem: Option<&'a str>,
    issued: Option<(&'a str, &'a str)>,
    /// Written by [`Proof`], which has escaped it.
    proof: String,
}

/// How somebody stands to the policy, as a person would say it.
pub const fn policy_words(standing: policy::Standing) -> &'static str {
    match standing {
        policy::Standing::NotAsked => "not asked",
        policy::Standing::Fresh { .. } => "acknowledged",
        policy::Standing::DueAt { .. } => "acknowledged, due soon",
        policy::Standing::Due { .. } => "due again",
        policy::Standing::NewText => "new text not read",
        policy::Standing::Never => "never",
        policy::Standing::TrainingTooOld { .. } => "training too old",
    }
}

pub fn accounts(users: &[(UserRow, &'static str)], asker: &Asker<'_>, problem: Option<&str>, issued: Option<(&str, &str)>) -> String {
    frame("Users", &Accounts { users, problem, issued, proof: render(&Proof { asker }) })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p><a href="/users">Back to the users</a></p>
{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
<p>{{ user.role.title() }}, {% if user.standing == Standing::Active %}active{% else %}disabled{% endif %}. Signs in with {% if user.has_second_factor %}a password and an authenticator app{% if user.has_passkey %}, or a passkey alone{% endif %}{% else if user.has_passkey %}a passkey alone{% else %}a password{% endif %}.</p>
<form method="post" action="/users/{{ user.id.0 }}/reset">
<p class="hint">Each of these ends their sessions at once, and is logged under your name. A new password leaves app and passkeys as they are, and lets a disabled account in again.</p>
{{ proof|safe }}
<p class="buttons"><button class="primary" type="submit">New password</button>
{% if user.has_second_factor %}<button type="submit" formaction="/users/{{ user.id.0 }}/remove-app">Remove the app</button>{% endif %}
{% if user.has_passkey %}<button type="submit" formaction="/users/{{ user.id.0 }}/remove-passkeys">Remove the passkeys</button>{% endif %}
{% if user.standing == Standing::Active %}<button type="submit" formaction="/users/{{ user.id.0 }}/disable">Disable</button>{% endif %}</p>
</form>
{% if can_be_limited %}<h2>Cameras</h2>
<form method="post" action="/users/{{ user.id.0 }}/limit">
<p class="hint">With nothing ticked it is the whole site. What is not ticked is not there for them: no picture, no request, no hold.</p>
{% for estate in estates %}<fieldset><legend>{{ estate.place }}</legend>
<label class="tick"><input type="checkbox" name="place" value="{{ estate.place }}"{% if estate.is_whole %} checked{% endif %}> All of it, and cameras added later</label>
{% for camera in estate.cameras %}<label class="tick"><input type="checkbox" name="camera" value="{{ camera.id }}"{% if camera.is_ticked %} checked{% endif %}> {{ camera.name }}</label>
{% endfor %}</fieldset>{% endfor %}
{{ proof|safe }}
<button type="submit">Change what they see</button>
</form>{% endif %}"#
)]
struct Account<'a> {
    user: &'a UserRow,
    can_be_limited: bool,
    estates: &'a [Estate],
    problem: Option<&'a str>,
    proof: String,
}

/// Cameras of one place, as an account's page offers them.
pub struct Estate {
    pub place: String,
    pub is_whole: bool,
    pub cameras: Vec<Ticked>,
}

pub struct Ticked {
    pub id: String,
    pub name: String,
    pub is_ticked: bool,
}

pub fn account(user: &UserRow, estates: &[Estate], asker: &Asker<'_>, problem: Option<&str>) -> String {
    let can_be_limited = Scope::Limited(Limits::default()).suits(user.role);
    frame(&user.name, &Account { user, can_be_limited, estates, problem, proof: render(&Proof { asker }) })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p><a href="/">Back to the workspace</a></p>
{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
<p>{{ user.name }}, {{ user.role.title() }}.</p>
<h2>Authenticator app</h2>
{% if user.has_second_factor %}<p>Signing in, and whatever asks for your password again, takes a code of your app too. If you lose its phone, an administrator removes the app; then you add another here.</p>
{% else %}<p>With an app on your phone, your password alone lets nobody in. Any app for one-time codes will do.</p>
<form method="post" action="/account/app">
{{ proof|safe }}
<button class="primary" type="submit">Add an app</button>
</form>{% endif %}
<h2>Passkeys</h2>
{% if let Some(passkeys) = passkeys %}<p>A passkey is a key on your phone, computer or security key that opens with your finger, face or PIN. It signs you in by itself, and a false page gets nothing from it. Once you have one, your password alone lets nobody in.</p>
{% if !passkeys.is_empty() %}<form method="post" action="/account/passkeys/remove">
<fieldset><legend>Your passkeys</legend>
{% for passkey in passkeys %}<label class="tick"><input type="radio" name="passkey" value="{{ passkey.id }}" required> <span>{{ passkey.name }} <small>added {{ passkey.added }}, {% if let Some(used) = passkey.used %}last used {{ used }}{% else %}never used{% endif %}</small></span></label>
{% endfor %}</fieldset>
{{ proof|safe }}
<button type="submit">Remove it and sign out everywhere</button>
</form>{% endif %}
<form method="post" action="/account/passkeys">
<label class="field"><span>Name of the new passkey <small>like “work phone”</small></span><input name="name" maxlength="40" autocomplete="off" required></label>
{{ proof|safe }}
<button class="primary" type="submit">Add a passkey</button>
</form>{% else %}<p class="hint">This box takes no passkeys: the administrator sets up web.staff.url for that.</p>{% endif %}"#
)]
struct Own<'a> {
    user: &'a UserRow,
    passkeys: Option<Vec<JoinedPasskey>>,
    problem: Option<&'a str>,
    proof: String,
}

/// A passkey, as its owner's page lists it.
pub struct JoinedPasskey {
    /// In hexadecimal.
    pub id: String,
    pub name: String,
    pub added: String,
    pub used: Option<String>,
}

/// `passkeys` is None where the site takes none.
pub fn own(user: &UserRow, asker: &Asker<'_>, passkeys: Option<Vec<JoinedPasskey>>, problem: Option<&str>) -> String {
    frame("Your account", &Own { user, passkeys, problem, proof: render(&Proof { asker }) })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p>Your device asks for your finger, face or PIN now, and keeps the passkey.</p>
<form method="post" action="/account/passkeys/made" data-passkey-options="{{ options }}" data-passkey-ticket="{{ ticket }}">
<input type="hidden" name="csrf" value="{{ csrf }}">
<input type="hidden" name="made">
<button class="primary" type="submit">Make the passkey</button>
</form>
<noscript><p class="notice failed">Passkeys need JavaScript. Switch it on for this site, then begin again.</p></noscript>
<p><a href="/account">Begin again</a></p>"#
)]
struct Making<'a> {
    options: String,
    ticket: &'a str,
    csrf: &'a str,
}

/// Where the browser makes the passkey that it is asked for.
pub fn making(asked: &Asked, csrf: &str) -> String {
    frame("Add a passkey", &Making { options: asked.options.to_string(), ticket: &asked.ticket, csrf })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(problem) = problem %}<p class="notice failed" role="alert">{{ problem }}</p>{% endif %}
{% if let Some(invitation) = invitation %}<ol class="steps">
<li>Open the app, add an account, and hold the phone to this picture.<div class="qr">{{ invitation.picture.as_str()|safe }}</div></li>
<li>No camera? Type this into the app instead: <code>{{ invitation.secret.as_str() }}</code></li>
<li>Type the code that it shows now.</li>
</ol>
<p class="hint">Picture and text are shown this once, and are as good as the app: let nobody photograph them.</p>{% endif %}
<form method="post" action="/account/app/confirm">
<input type="hidden" name="csrf" value="{{ csrf }}">
<label class="field"><span>Code of the app</span><input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7" required autofocus></label>
<button class="primary" type="submit">Use this app from now on</button>
</form>
<p><a href="/account">Begin again</a></p>"#
)]
struct Joining<'a> {
    invitation: Option<&'a Invitation>,
    csrf: &'a str,
    problem: Option<&'a str>,
}

/// What the app needs, or only the field for its code once that has been shown.
pub fn joining(invitation: Option<&Invitation>, csrf: &str, problem: Option<&str>) -> String {
    frame("Add an authenticator app", &Joining { invitation, csrf, problem })
}
