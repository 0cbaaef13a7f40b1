// What the payment page does beyond plain HTML. Every step works without this
// file; with it, mistakes show while typing, the status follows by itself, and
// the page talks to the game's page around it. Plain ES2015: televisions run it.
(function () {
  'use strict';

  var root = document.documentElement;
  var body = document.body;
  var framed = window.parent !== window;
  root.classList.add('js', framed ? 'framed' : 'alone');

  function one(selector, from) { return (from || document).querySelector(selector); }
  function all(selector, from) { return Array.prototype.slice.call((from || document).querySelectorAll(selector)); }
  function digits(text) { return text.replace(/\D/g, ''); }

  // ---- The page around us -------------------------------------------------

  // A frame is JSON text, and always has data: older widgets trip without it.
  function post(command, data) {
    var frame = JSON.stringify({ command: command, data: data || {} });
    [framed ? window.parent : null, window.opener].forEach(function (peer) {
      if (!peer) return;
      try { peer.postMessage(frame, '*'); } catch (e) { /* it is gone */ }
    });
  }

  var seen = { width: 0, height: 0 };
  function measure() {
    var height = Number(body.getAttribute('data-height'));
    // The footer sticks to the bottom of whatever height there is, so that its
    // place says nothing; its own height does.
    var foot = one('[data-foot]');
    all('[data-fit]').forEach(function (part) {
      var below = foot && part.parentNode === foot.parentNode ? foot.offsetHeight : 0;
      height = Math.max(height, Math.ceil(part.getBoundingClientRect().bottom + window.pageYOffset + below));
    });
    var width = Number(body.getAttribute('data-width'));
    if (width === seen.width && height === seen.height) return;
    seen = { width: width, height: height };
    post('dimensions', { dimensions: { width: width, height: height } });
  }

  var told = '';
  function tellStatus(status, invoice, email, user) {
    var now = status + ' ' + invoice;
    if (now === told) return;
    told = now;
    post('status', { paymentInfo: { status: status, invoice: Number(invoice), email: email, userId: user } });
  }

  function leave(url) {
    if (!url) return;
    try { window.top.location.href = url; } catch (e) { closeFrame(); }
    // A browser may refuse without a word to let a frame move the page around
    // it; then at least the player gets back to that page.
    if (framed) setTimeout(closeFrame, 1500);
  }

  // The older command first: some widgets know one, some the other.
  function closeFrame() {
    post('widget-close');
    post('close');
  }

  function watchClose() {
    var button = one('[data-close]');
    if (!button) return;
    // Only who can be closed offers it.
    if (framed || window.opener) button.hidden = false;
    button.addEventListener('click', function (event) {
      var url = button.getAttribute('href');
      if (framed) {
        event.preventDefault();
        closeFrame();
        // Still here: the page around us is no widget, or does not want to.
        if (url && !detected) setTimeout(function () { leave(url); }, 400);
      } else if (window.opener) {
        // No frame here: the widget watches its window, and would lose count.
        event.preventDefault();
        window.close();
        setTimeout(function () { if (url) window.location.href = url; }, 400);
      }
    });
  }

  var detected = false;
  window.addEventListener('message', function (event) {
    if (event.source !== window.parent && event.source !== window.opener) return;
    var frame;
    try { frame = JSON.parse(event.data); } catch (e) { return; }
    if (!frame || typeof frame !== 'object') return;
    if (frame.command === 'widget-detected') {
      detected = true;
      var lightbox = (frame.data || {}).lightBoxOptions;
      escapes = framed && !!lightbox && lightbox.closeByKeyboard !== false && !lightbox.modal;
    }
    if (frame.command === 'set-data') {
      // A choice and nothing more; the server checks it like any other.
      var settings = (frame.data || {}).settings || {};
      var radio = document.getElementById('method-' + Number(settings.payment_method));
      if (radio && radio.name === 'method') radio.checked = true;
    }
  });
  post('widget-detection');

  // The widget closes on Escape, but only while its own page has the focus.
  var escapes = false;
  document.addEventListener('keydown', function (event) {
    if (escapes && (event.key === 'Escape' || event.keyCode === 27)) closeFrame();
  });

  // ---- The form -----------------------------------------------------------

  var brands = [
    ['visa', 'Visa', /^4/],
    ['mastercard', 'MC', /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
    ['amex', 'Amex', /^3[47]/],
    ['maestro', 'Maestro', /^(50|5[6-9]|6)/]
  ];
  function brandOf(number) {
    for (var i = 0; i < brands.length; i++) if (brands[i][2].test(number)) return brands[i];
    return null;
  }

  function luhn(number) {
    var sum = 0;
    for (var i = 0; i < number.length; i++) {
      var d = Number(number[number.length - 1 - i]);
      if (i % 2) d = d > 4 ? 2 * d - 9 : 2 * d;
      sum += d;
    }
    return sum % 10 === 0;
  }

  function groupNumber(text) {
    var number = digits(text).slice(0, 19);
    var brand = brandOf(number);
    var sizes = brand && brand[0] === 'amex' ? [4, 6, 5] : [4, 4, 4, 4, 3];
    var groups = [];
    sizes.forEach(function (size) {
      if (number) groups.push(number.slice(0, size));
      number = number.slice(size);
    });
    return groups.join(' ');
  }

  function slashExpiry(text) {
    var number = digits(text);
    // A browser fills in 12/2040; a hand types 9 for September.
    if (number.length > 4) number = number.slice(0, 2) + number.slice(-2);
    if (/^[2-9]/.test(number)) number = '0' + number;
    return number.length > 2 ? number.slice(0, 2) + '/' + number.slice(2, 4) : number;
  }

  // Rewrites a field while somebody types in it, and keeps the caret behind the
  // digit it was behind.
  function reshape(input, shape) {
    var before = input.value;
    var caret = input.selectionStart === null ? before.length : input.selectionStart;
    var count = digits(before.slice(0, caret)).length;
    var after = shape(before);
    if (after === before) return;
    input.value = after;
    if (document.activeElement !== input) return;
    if (caret >= before.length) count = digits(after).length;
    var at = 0;
    while (at < after.length && count > 0) { if (/\d/.test(after[at])) count--; at++; }
    input.setSelectionRange(at, at);
  }

  function fault(input) {
    var value = input.value.trim();
    if (!value) return input.getAttribute('data-missing') || '';
    var bad = input.getAttribute('data-invalid');
    var number = digits(value);
    switch (input.name) {
      case 'card_number': return number.length >= 12 && luhn(number) ? '' : bad;
      case 'card_expiry': return /^(0[1-9]|1[0-2])\/\d\d(\d\d)?$/.test(value) ? '' : bad;
      case 'card_cvv':
        var card = document.getElementById('card_number');
        var brand = card ? brandOf(digits(card.value)) : null;
        var wanted = brand ? (brand[0] === 'amex' ? /^\d{4}$/ : /^\d{3}$/) : /^\d{3,4}$/;
        return wanted.test(value) ? '' : bad;
      case 'email': return /^\S+@[^\s@.]+(\.[^\s@.]+)+$/.test(value) ? '' : bad;
      default: return '';
    }
  }

  function show(input, text) {
    if (text) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
    document.getElementById(input.id + '-error').textContent = text;
  }

  function watchForm() {
    var form = one('[data-pay]');
    if (!form) return;
    var button = one('[type=submit]', form);
    var box = one('[data-problem]', form);
    var list = one('[data-problem-list]', form);
    var number = form.elements.card_number;

    function shown() {
      return all('.control input', form).filter(function (input) { return input.offsetParent !== null; });
    }
    function busy(on) {
      button.disabled = on;
      button.classList.toggle('busy', on);
      button.setAttribute('aria-busy', String(on));
    }
    function problem(text, faults) {
      box.hidden = !text;
      one('[data-problem-text]', box).textContent = text;
      list.textContent = '';
      faults.forEach(function (input) {
        var item = document.createElement('li');
        var link = document.createElement('a');
        link.href = '#' + input.id;
        link.textContent = document.getElementById(input.id + '-error').textContent;
        item.appendChild(link);
        list.appendChild(item);
      });
      if (text) box.focus();
    }
    function drawBrand() {
      if (!number) return;
      var mark = one('[data-brand]', form);
      var brand = brandOf(digits(number.value));
      mark.className = 'brand' + (brand ? ' brand-' + brand[0] : '');
      mark.textContent = brand ? brand[1] : '';
    }

    if (!box.hidden) box.focus();
    form.addEventListener('input', function (event) {
      var input = event.target;
      if (input.name === 'card_number') { reshape(input, groupNumber); drawBrand(); }
      if (input.name === 'card_expiry' && event.inputType !== 'deleteContentBackward') reshape(input, slashExpiry);
      if (input.name === 'card_cvv') reshape(input, function (t) { return digits(t).slice(0, 4); });
      // A fault that was shown goes away with its cause, not before.
      if (input.getAttribute('aria-invalid') && !fault(input)) show(input, '');
    });
    form.addEventListener('focusout', function (event) {
      var input = event.target;
      if (input.id && input.value && one('#' + input.id + '-error', form)) show(input, fault(input));
    });
    list.addEventListener('click', function (event) {
      var link = event.target.closest('a');
      if (!link) return;
      event.preventDefault();
      one(link.getAttribute('href')).focus();
    });
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      if (button.disabled) return;
      var faults = shown().filter(function (input) {
        var text = fault(input);
        show(input, text);
        return text;
      });
      if (faults.length) return problem(form.getAttribute('data-problems'), faults);
      problem('', []);
      send();
    });

    function send() {
      var pairs = [];
      Array.prototype.forEach.call(form.elements, function (input) {
        // A box that is not ticked says no: a card is saved only when asked for.
        var choice = input.type === 'radio' || input.type === 'checkbox';
        if (!input.name || (choice && !input.checked)) return;
        if (input.type !== 'hidden' && input.type !== 'radio' && input.offsetParent === null) return;
        pairs.push(encodeURIComponent(input.name) + '=' + encodeURIComponent(input.value));
      });
      busy(true);
      fetch(form.action, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: pairs.join('&')
      }).then(function (response) { return response.json(); }).then(function (answer) {
        if (answer.redirect) return window.location.assign(answer.redirect);
        busy(false);
        if (answer.error) return problem(answer.error.message + ' (' + answer.error.code + ')', []);
        var errors = answer.errors || {};
        var faults = shown().filter(function (input) {
          show(input, errors[input.name] || '');
          return errors[input.name];
        });
        problem(errors.method || form.getAttribute('data-problems'), faults);
      }).catch(function () {
        // The answer was lost, not the payment: the server takes a second try
        // for the first one.
        busy(false);
        problem(form.getAttribute('data-offline'), []);
      });
    }

    window.addEventListener('pageshow', function (event) { if (event.persisted) busy(false); });
    all('[data-fill-number]').forEach(function (fill) {
      fill.hidden = false;
      fill.addEventListener('click', function () {
        var radio = one('.takes-card', form);
        if (radio) radio.checked = true;
        ['number', 'expiry', 'cvv'].forEach(function (name) {
          var input = form.elements['card_' + name];
          input.value = fill.getAttribute('data-fill-' + name);
          show(input, '');
        });
        drawBrand();
        var zip = form.elements.zip;
        if (zip && !zip.value) {
          zip.value = body.getAttribute('data-country') === 'CA' ? 'K1A 0B1' : '94103';
          show(zip, '');
        }
        button.focus();
      });
    });
    drawBrand();
  }

  // Forms that post once and have nothing to check.
  function watchOnce() {
    all('[data-once]').forEach(function (form) {
      var sent = false;
      form.addEventListener('submit', function (event) {
        if (sent) event.preventDefault();
        sent = true;
      });
      // Asked for by opening the page; without this script there is the button.
      if (form.hasAttribute('data-auto')) one('[type=submit]', form).click();
    });
  }

  // ---- The status ---------------------------------------------------------

  function watchStatus() {
    var live = one('[data-live]');
    if (!live) return;
    var wait = 700;

    function current() { return one('[data-view]', live); }

    function poll() {
      fetch(live.getAttribute('data-poll'), { headers: { Accept: 'application/json' } })
        .then(function (response) { return response.json(); })
        .then(function (now) {
          if (now.challenge) return window.location.assign(live.getAttribute('data-3ds'));
          if (!now.view || now.view === current().getAttribute('data-view')) return again();
          tellStatus(now.status, now.invoice, now.email, now.userId);
          wait = 700;
          return redraw();
        }).catch(again);
    }
    function again() {
      setTimeout(poll, wait);
      wait = Math.min(Math.round(wait * 1.25), 8000);
    }
    // The server knows how the page looks now; only its live part is taken.
    function redraw() {
      return fetch(window.location.href, { headers: { Accept: 'text/html' } })
        .then(function (response) { return response.text(); })
        .then(function (html) {
          var fresh = new DOMParser().parseFromString(html, 'text/html');
          var part = one('[data-view]', fresh);
          if (!part) return window.location.reload();
          live.replaceChild(document.importNode(part, true), current());
          var close = one('[data-close]');
          var closing = one('[data-close]', fresh);
          if (close && closing && closing.hasAttribute('href')) close.setAttribute('href', closing.getAttribute('href'));
          document.title = fresh.title;
          settle();
        });
    }
    function settle() {
      measure();
      var now = current();
      var url = now.getAttribute('data-return');
      if (url) countDown(url, Number(now.getAttribute('data-delay')));
      else if (now.getAttribute('data-final') !== 'true') again();
    }
    function countDown(url, seconds) {
      var text = one('[data-countdown]', live);
      var shape = text ? text.textContent : '';
      var all = String(seconds);
      (function tick() {
        if (text) text.textContent = shape.replace(all, String(seconds));
        if (seconds <= 0) return leave(url);
        seconds--;
        setTimeout(tick, 1000);
      })();
    }
    settle();
  }

  function watchPrint() {
    var button = one('[data-print]');
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  }

  watchClose();
  watchForm();
  watchOnce();
  watchPrint();
  measure();
  if (body.hasAttribute('data-country')) post('user-country', { user_country: body.getAttribute('data-country') });
  if (body.hasAttribute('data-status')) {
    tellStatus(body.getAttribute('data-status'), body.getAttribute('data-invoice'), body.getAttribute('data-email'), body.getAttribute('data-user'));
  }
  watchStatus();
  window.addEventListener('resize', measure);
  if (window.ResizeObserver) {
    var observer = new window.ResizeObserver(measure);
    all('[data-fit], [data-foot]').forEach(function (part) { observer.observe(part); });
  } else {
    setInterval(measure, 1000);
  }
})();
