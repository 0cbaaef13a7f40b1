// The demo game in the browser: what a game does with the widget, and a window
// on what its server is told. Plain ES2015, like the payment page.
(function () {
  'use strict';

  var form = document.querySelector('[data-shop]');
  var log = document.querySelector('[data-log]');
  var shape = document.querySelector('[data-entry]');
  var pulse = document.querySelector('[data-pulse]');
  var known = {};
  var newest = 0;

  function post(path, values) {
    var body = Object.keys(values).map(function (k) { return encodeURIComponent(k) + '=' + encodeURIComponent(values[k]); });
    return fetch(path, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: body.join('&')
    }).then(function (response) { return response.json(); });
  }

  // ---- Buying -------------------------------------------------------------

  var problem = document.querySelector('[data-problem]');
  function complain(text) { problem.textContent = text; problem.hidden = !text; }

  Array.prototype.forEach.call(document.querySelectorAll('[name=offer]'), function (button) {
    button.addEventListener('click', function (event) {
      event.preventDefault();
      complain('');
      button.disabled = true;
      post('/demo/buy', {
        offer: button.value, country: form.elements.country.value, language: form.elements.language.value, theme: form.elements.theme.value
      }).then(function (answer) {
        button.disabled = false;
        if (!answer.token) return complain(answer.error || 'The shop is closed.');
        // This is all a game has to do in the browser.
        window.XPayStationWidget.init({
          access_token: answer.token, sandbox: true, iframeOnly: true, lightbox: { overlayBackground: '#0b0620', overlayOpacity: '.8' }
        });
        button.focus();
        window.XPayStationWidget.open();
      }).catch(function () {
        button.disabled = false;
        complain('The server did not answer.');
      });
    });
  });
  window.XPayStationWidget.on('status close', refresh);

  // ---- What the server is told --------------------------------------------

  function pretty(text) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch (e) { return text; }
  }

  function entry(e) {
    var item = document.importNode(shape.content, true).firstElementChild;
    function part(name) { return item.querySelector('.' + name); }
    var good = e.status >= 200 && e.status < 300;
    part('verdict').textContent = e.status || '–';
    part('verdict').classList.toggle('verdict-bad', !good);
    part('what').textContent = e.notification;
    part('detail').textContent = e.error || e.took_ms + ' ms' + (e.attempt > 1 ? ', try ' + e.attempt : '');
    part('when').textContent = e.time.slice(11, 19) + ' UTC';
    part('signature').textContent = e.signature;
    part('json').textContent = pretty(e.request);
    part('answer').textContent = e.answer ? 'Answer: ' + e.answer : 'The answer had no body.';
    if (e.notification === 'payment' && good) offerRefund(part('refund'), e);
    return item;
  }

  function offerRefund(button, e) {
    var id;
    try { id = JSON.parse(e.request).transaction.id; } catch (error) { return; }
    button.hidden = false;
    button.parentNode.classList.add('entry-back');
    button.setAttribute('data-transaction', id);
    button.addEventListener('click', function () {
      button.disabled = true;
      button.textContent = 'Refunding…';
      post('/demo/refund', { transaction_id: id }).then(function (answer) {
        button.textContent = answer.error ? 'Not refunded' : 'Refunded';
        button.title = answer.error || '';
        refresh();
      }).catch(function () {
        button.disabled = false;
        button.textContent = 'Refund';
      });
    });
  }

  function read(path) {
    return fetch(path, { headers: { Accept: 'application/json' } }).then(function (response) { return response.json(); });
  }

  function refresh() {
    // What was sent first may be answered last, so each look goes back a while.
    return Promise.all([read('/demo/webhooks?after=' + Math.max(0, newest - 60000000)), read('/demo/state')])
      .then(function (answers) {
        (answers[0].exchanges || []).forEach(function (e) {
          if (known[e.id]) return;
          known[e.id] = true;
          newest = Math.max(newest, e.at);
          log.insertBefore(entry(e), log.firstChild);
        });
        document.querySelector('[data-empty]').hidden = log.children.length > 0;
        document.querySelector('[data-gems]').textContent = Number(answers[1].gems || 0).toLocaleString('en');
        pulse.textContent = 'live';
        pulse.classList.remove('lost');
      }).catch(function () {
        pulse.textContent = 'no connection';
        pulse.classList.add('lost');
      });
  }

  (function follow() {
    var next = function () { setTimeout(follow, 1000); };
    if (document.hidden) return next();
    refresh().then(next, next);
  })();

  var copy = document.querySelector('[data-copy]');
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener('click', function () {
      navigator.clipboard.writeText(document.querySelector('[data-curl]').textContent).then(function () { copy.textContent = 'Copied'; });
    });
  }
})();
