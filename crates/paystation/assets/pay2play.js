/* Sells a game on the game's own page: its name, where it can be had and for
   what, and a button that opens the payment page. `Embed` is the widget above. */
(function (root, factory) {
  root.XPay2PlayWidget = factory();
}(typeof self !== 'undefined' ? self : this, function () {
  'use strict';

  var VERSION = '2.1.0';
  var INIT = '/paystation2/api/pay2play/init';
  var API = '1.0.1';
  var foregroundTypes = { BLUE: 'blue', RED: 'red', GREEN: 'green', GOLD: 'gold' };
  var backgroundTypes = { LIGHT: 'light', DARK: 'dark' };
  // Button, its text, its edge when it has the focus.
  var FOREGROUND = {
    blue: ['#1d5fd1', '#ffffff'], red: ['#b3261e', '#ffffff'], green: ['#0a6b4c', '#ffffff'], gold: ['#f3bb4a', '#23180a']
  };
  // Ground, text, quiet text, line.
  var BACKGROUND = {
    light: ['#ffffff', '#121a16', '#55625b', '#dbe1dc'], dark: ['#131a17', '#e9f0ec', '#9dafa5', '#28332d']
  };

  // Where this file came from is where the payment page is.
  var script = document.currentScript;
  var home = /^https?:\/\/[^/]+/.exec((script && script.src) || window.location.href);
  home = home ? home[0] : '';

  function Refusal(message) {
    this.name = 'XsollaPay2PlayWidgetException';
    this.message = message;
    this.stack = new Error(message).stack;
  }
  Refusal.prototype = Object.create(Error.prototype);

  function isObject(value) { return typeof value === 'object' && value && !Array.isArray(value); }
  function make(name, rules, text) {
    var element = document.createElement(name);
    Object.assign(element.style, rules);
    if (text) element.textContent = text;
    return element;
  }

  function money(amount, currency, language) {
    try {
      return new Intl.NumberFormat(language === 'cn' ? 'zh-CN' : language, { style: 'currency', currency: currency }).format(amount);
    } catch (e) { return amount + ' ' + currency; }
  }

  function create(options) {
    var settings = Object.assign({ access_token: null, access_data: null, host: null, sandbox: false, theme: {}, lightbox: {}, childWindow: {} }, options);
    if (!settings.access_token && !settings.access_data) throw new Refusal('No access token or access data given');
    if (settings.access_data && !isObject(settings.access_data)) throw new Refusal('Invalid access data format');
    if (!settings.target_element) throw new Refusal('No target element given');
    var target = document.querySelector(settings.target_element);
    if (!target) throw new Refusal("Target element doesn't exist in the DOM");
    if (settings.host !== null && (typeof settings.host !== 'string' || !settings.host)) throw new Refusal('Invalid host');

    var paint = FOREGROUND[settings.theme.foreground] || FOREGROUND.blue;
    var ground = BACKGROUND[settings.theme.background] || BACKGROUND.light;
    // As the other widget finds it, so that both speak to one server.
    var loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(settings.host || '');
    var base = settings.sandbox || !settings.host ? home : (loopback ? home.split('//')[0] : 'https:') + '//' + settings.host;

    function open(more) {
      var embed = { lightbox: settings.lightbox, childWindow: settings.childWindow, sandbox: settings.sandbox };
      if (settings.access_token) embed.access_token = settings.access_token;
      else embed.access_data = Object.assign({}, settings.access_data, isObject(more) && isObject(more.access_data) ? more.access_data : {});
      if (settings.host) embed.host = settings.host;
      Embed.init(embed);
      Embed.open();
    }

    function box() {
      var card = make('section', {
        boxSizing: 'border-box', width: '100%', maxWidth: '40rem', padding: '1.25rem', borderRadius: '1rem', border: '1px solid ' + ground[3],
        background: ground[0], color: ground[1], font: '400 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif',
        display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start'
      });
      card.className = 'xpay2play-widget';
      while (target.firstChild) target.removeChild(target.firstChild);
      target.appendChild(card);
      return card;
    }

    function fail(code, message) {
      var split = code.slice(0, 4) + '-' + code.slice(4);
      var card = box();
      var text = make('p', { margin: '0', color: ground[2] }, '(' + split + ')');
      text.setAttribute('role', 'alert');
      text.className = 'xpay2play-widget-error';
      card.appendChild(text);
      window.console.warn('XsollaPay2PlayWidget ' + code + ' ' + message);
    }

    function show(answer) {
      var content = answer.digital_content;
      var words = answer.translates;
      var language = (answer.user || {}).language || 'en';
      var card = box();
      card.setAttribute('aria-label', content.name);
      if (content.image_url) {
        var picture = make('img', { flex: '0 0 8rem', width: '8rem', maxWidth: '100%', borderRadius: '0.625rem', margin: '0 1.25rem 0.75rem 0' });
        picture.alt = '';
        picture.src = content.image_url;
        card.appendChild(picture);
      }
      var side = make('div', { flex: '1 1 14rem', minWidth: '0' });
      var title = make('h2', { margin: '0', fontSize: '1.375rem', lineHeight: '1.2' }, content.name);
      title.className = 'xpay2play-widget-title';
      side.appendChild(title);
      if (content.description) side.appendChild(make('p', { margin: '0.375rem 0 0', color: ground[2] }, content.description));
      var places = content.drm || [];
      if (places.length) {
        var where = make('p', { margin: '0.625rem 0 0', color: ground[2], fontSize: '0.9375rem' }, places.map(function (p) { return p.name; }).join(' · '));
        where.className = 'xpay2play-widget-drm';
        side.appendChild(where);
      }
      if (content.system_requirements) {
        side.appendChild(make('p', { margin: '0.25rem 0 0', color: ground[2], fontSize: '0.875rem', whiteSpace: 'pre-line' }, content.system_requirements));
      }
      card.appendChild(side);
      // A game that costs nothing has no button.
      if (content.min_amount) card.appendChild(button(content, words, language));
    }

    function button(content, words, language) {
      var places = content.drm || [];
      var differs = places.some(function (p) { return p.amount !== places[0].amount || p.currency !== places[0].currency; });
      var price = money(content.min_amount, content.min_currency, language);
      var label = content.is_released === false ? words.payment_button_pre_purchase_label : words.payment_button_label;
      var row = make('div', { flex: '1 1 100%', marginTop: '1rem', display: 'flex', alignItems: 'center', flexWrap: 'wrap' });
      var buy = make('button', {
        minHeight: '3rem', padding: '0.5rem 1.5rem', border: '2px solid ' + paint[0], borderRadius: '0.75rem', background: paint[0], color: paint[1],
        font: 'inherit', fontSize: '1.0625rem', fontWeight: '650', cursor: 'pointer'
      });
      buy.type = 'button';
      buy.className = 'xpay2play-widget-button';
      buy.textContent = label + ' ' + (differs ? words.payment_button_from_label.replace('%{amount}', price) : price);
      buy.addEventListener('focus', function () { buy.style.outline = '3px solid ' + ground[1]; buy.style.outlineOffset = '3px'; });
      buy.addEventListener('blur', function () { buy.style.outline = ''; });
      buy.addEventListener('click', function () { open(); });
      row.appendChild(buy);
      var before = content.min_amount_without_discount;
      if (before && before > content.min_amount) {
        var old = make('s', { marginLeft: '1rem', color: ground[2] }, money(before, content.min_currency, language));
        old.className = 'xpay2play-widget-old';
        row.appendChild(old);
      }
      return row;
    }

    var fields = ['fail_locale=en'];
    if (settings.access_token) fields.push('access_token=' + encodeURIComponent(settings.access_token));
    else fields.push('access_data=' + encodeURIComponent(JSON.stringify(settings.access_data)));
    var request = new XMLHttpRequest();
    request.open('POST', base + INIT);
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8');
    request.setRequestHeader('Accept', 'application/json, text/javascript, */*; q=0.01');
    request.onload = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (e) { /* said below */ }
      var first = answer && answer.errors && answer.errors[0];
      if (request.status >= 200 && request.status < 300 && answer) {
        if ((answer.api || {}).ver === API) show(answer);
        else fail('20000002', 'The server speaks another version');
      } else if (first) fail(first.support_code, first.message);
      else fail('20000001', 'The server did not answer as expected');
    };
    request.onerror = function () { fail('20000001', 'The server did not answer'); };
    request.send(fields.join('&'));

    return { open: open, on: Embed.on, off: Embed.off };
  }

  return {
    create: create, version: VERSION, eventTypes: Embed.eventTypes, foregroundTypes: foregroundTypes, backgroundTypes: backgroundTypes
  };
}));
