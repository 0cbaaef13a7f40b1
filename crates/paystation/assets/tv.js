// The payment page on a television: the remote's arrows move, OK chooses, Back
// goes back, and what happens on the telephone shows here. Plain ES5 and calls
// that browsers of 2016 know, since that is what televisions run.
(function () {
  'use strict';

  var body = document.body;
  var framed = window.parent !== window;

  function one(selector) { return document.querySelector(selector); }
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }

  // ---- The page around us, where a game shows this one in a frame ----------

  function post(command, data) {
    var frame = JSON.stringify({ command: command, data: data || {} });
    [framed ? window.parent : null, window.opener].forEach(function (peer) {
      if (!peer) return;
      try { peer.postMessage(frame, '*'); } catch (e) { /* it is gone */ }
    });
  }
  function leave(url) {
    try { window.top.location.href = url; } catch (e) { post('widget-close'); post('close'); }
  }
  post('widget-detection');
  post('dimensions', { dimensions: { width: Number(body.getAttribute('data-width')), height: Number(body.getAttribute('data-height')) } });
  if (body.hasAttribute('data-country')) post('user-country', { user_country: body.getAttribute('data-country') });
  if (body.hasAttribute('data-status')) {
    post('status', { paymentInfo: {
      status: body.getAttribute('data-status'), invoice: Number(body.getAttribute('data-invoice')),
      email: body.getAttribute('data-email'), userId: body.getAttribute('data-user')
    } });
  }

  // ---- The remote -----------------------------------------------------------

  var LEFT = 37, UP = 38, RIGHT = 39, DOWN = 40, OK = 13;
  // Escape, backspace, and what remotes of LG, Samsung and others send.
  var BACK = [8, 27, 166, 461, 10009];

  function reachable() {
    return all('a[href], button').filter(function (part) { return part.offsetParent !== null && !part.disabled; });
  }
  function middle(part) {
    var box = part.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  // The nearest in that direction; what lies aside counts as twice as far.
  function towards(key) {
    var parts = reachable();
    var from = document.activeElement;
    if (parts.indexOf(from) < 0) return parts[0];
    var here = middle(from);
    var best = null;
    var least = Infinity;
    parts.forEach(function (part) {
      var there = middle(part);
      var dx = there.x - here.x;
      var dy = there.y - here.y;
      var ahead = key === LEFT ? -dx : key === RIGHT ? dx : key === UP ? -dy : dy;
      var aside = Math.abs(key === LEFT || key === RIGHT ? dy : dx);
      if (part === from || ahead < 1) return;
      if (ahead + 2 * aside < least) { least = ahead + 2 * aside; best = part; }
    });
    return best;
  }

  function back() {
    var confirm = one('[data-back]');
    if (confirm) return window.location.replace(confirm.getAttribute('data-back'));
    if (framed) { post('widget-close'); post('close'); return undefined; }
    var url = body.getAttribute('data-leave');
    if (url) return leave(url);
    return window.history.back();
  }

  document.addEventListener('keydown', function (event) {
    var key = event.keyCode;
    if (key >= LEFT && key <= DOWN) {
      event.preventDefault();
      var next = towards(key);
      if (next) next.focus();
    } else if (BACK.indexOf(key) >= 0) {
      event.preventDefault();
      back();
    } else if (key === OK && document.activeElement === body) {
      var first = reachable()[0];
      if (first) first.focus();
    }
  });
  // A remote has no pointer: something has the focus from the start.
  function start() {
    var first = one('[data-return] a') || reachable()[0];
    if (first && (document.activeElement === body || !document.activeElement || document.activeElement.offsetParent === null)) first.focus();
  }

  all('[data-once]').forEach(function (form) {
    var sent = false;
    form.addEventListener('submit', function (event) {
      if (sent) event.preventDefault();
      sent = true;
    });
  });

  // ---- What happens elsewhere -------------------------------------------------

  function ask(url, then) {
    var request = new XMLHttpRequest();
    request.open('GET', url);
    request.setRequestHeader('Accept', 'application/json');
    request.timeout = 10000;
    request.onload = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (e) { /* asked again */ }
      then(request.status === 200 ? answer : null);
    };
    request.onerror = request.ontimeout = function () { then(null); };
    request.send();
  }

  // Asks again and again, quickly at first.
  function follow(url, seen) {
    var wait = 700;
    (function again() {
      setTimeout(function () {
        ask(url, function (answer) {
          wait = Math.min(Math.round(wait * 1.15), 4000);
          if (!answer || seen(answer) !== false) again();
        });
      }, wait);
    })();
  }

  function watchCode() {
    var page = one('[data-code-page]');
    if (!page) return;
    var keep = page.getAttribute('data-keep');
    // Loaded again, the page goes on with its code and does not make another.
    try { window.history.replaceState(null, '', keep); } catch (e) { /* then it makes one */ }
    function show(state) {
      page.setAttribute('data-state', state);
      all('[data-when]').forEach(function (part) {
        part.hidden = part.getAttribute('data-when').split(' ').indexOf(state) < 0;
      });
      start();
    }
    follow(page.getAttribute('data-poll'), function (now) {
      if (now.view !== page.getAttribute('data-view')) {
        window.location.replace(now.challenge ? keep : page.getAttribute('data-status-page'));
        return false;
      }
      if (now.code && now.code !== page.getAttribute('data-state')) show(now.code);
      return true;
    });
  }

  function watchOutcome() {
    var outcome = one('[data-outcome]');
    if (!outcome) return;
    var url = outcome.getAttribute('data-return');
    if (url) setTimeout(function () { leave(url); }, 1000 * Number(outcome.getAttribute('data-delay')));
    if (!outcome.hasAttribute('data-poll')) return;
    follow(outcome.getAttribute('data-poll'), function (now) {
      if (now.view === outcome.getAttribute('data-view')) return true;
      if (now.challenge) window.location.replace(outcome.getAttribute('data-entry'));
      else window.location.reload();
      return false;
    });
  }

  watchCode();
  watchOutcome();
  start();
})();
