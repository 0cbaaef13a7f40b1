/* Opens the payment page of a Coinslot server over a game's page, in a lightbox
   or in a window of its own. Plain ES2015, no dependencies. Looks are set through
   element.style, so that a shop's Content-Security-Policy needs no exception. */
(function (root, factory) {
  if (typeof define === 'function' && define.amd) define([], factory);
  else if (typeof module === 'object' && module.exports) module.exports = factory();
  else root.XPayStationWidget = factory();
}(typeof self !== 'undefined' ? self : this, () => {
  'use strict';

  var VERSION = '1.2.12';
  var BUTTON = 'data-xpaystation-widget-open';
  var CLASS = 'xpaystation-widget-lightbox';
  var COVER = { position: 'absolute', top: '0', left: '0', width: '100%', height: '100%' };

  // Where this file came from is where the payment page is.
  var script = document.currentScript;
  var home = /^https?:\/\/[^/]+/.exec((script && script.src) || window.location.href);
  home = home ? home[0] : '';

  var eventTypes = {};
  ['init', 'open', 'open-window', 'open-lightbox', 'load', 'close', 'close-window', 'close-lightbox', 'status',
    'status-invoice', 'status-delivering', 'status-done', 'status-troubled', 'user-country', 'fcp', 'error'
  ].forEach((name) => { eventTypes[name.toUpperCase().replace('-', '_')] = name; });
  var LIGHTBOX = {
    width: null, height: '100%', zIndex: 1000, overlayOpacity: '.6', overlayBackground: '#000000', modal: false,
    closeByClick: true, closeByKeyboard: true, contentBackground: '#ffffff', contentMargin: '10px',
    spinner: 'xsolla', spinnerColor: null, spinnerUrl: null, spinnerRotationPeriod: 0, allow: 'payment',
    resizeTimeout: 30000
  };

  var config = null;
  var current = null;
  var bound = false;
  var handlers = [];
  var listeners = [];

  function Refusal(message) {
    this.name = 'XsollaPayStationWidgetException';
    this.message = message;
    this.stack = new Error(message).stack;
  }
  Refusal.prototype = Object.create(Error.prototype);

  var extend = Object.assign;
  function style(element, rules) { extend(element.style, rules); return element; }
  function isObject(value) { return typeof value === 'object' && value && !Array.isArray(value); }
  function isMobile() {
    return /Android|iPhone|iPad|iPod|Windows Phone|BlackBerry|Opera Mini|Mobile/i.test(navigator.userAgent);
  }

  // ---- Events -------------------------------------------------------------

  function trigger(name, data) {
    var event;
    if (data === undefined) {
      event = document.createEvent('Event');
      event.initEvent(name, true, false);
    } else {
      event = document.createEvent('CustomEvent');
      event.initCustomEvent(name, true, false, data);
    }
    document.dispatchEvent(event);
  }

  function names(text) { return String(text).split(/\s+/).filter(Boolean); }

  function on(types, handler, options) {
    names(types).forEach((type) => {
      var wrapped = (event) => { handler(event, event.detail); };
      handlers.push({ type: type, handler: handler, wrapped: wrapped, options: options });
      document.addEventListener(type, wrapped, options);
    });
  }

  function off(types, handler) {
    var gone = names(types);
    handlers = handlers.filter((h) => {
      if (gone.indexOf(h.type) < 0 || (handler && h.handler !== handler)) return true;
      document.removeEventListener(h.type, h.wrapped, h.options);
      return false;
    });
  }

  // ---- Address ------------------------------------------------------------

  // The nested form that PHP and jQuery use: a[b]=1, list[]=2, list[0][k]=3.
  function pairs(prefix, value, out) {
    if (Array.isArray(value)) {
      value.forEach((v, i) => { pairs(prefix + '[' + (typeof v === 'object' && v ? i : '') + ']', v, out); });
    } else if (isObject(value)) {
      Object.keys(value).forEach((k) => { pairs(prefix ? prefix + '[' + k + ']' : k, value[k], out); });
    } else {
      if (typeof value === 'function') value = value();
      out.push(encodeURIComponent(prefix) + '=' + encodeURIComponent(value === null || value === undefined ? '' : value));
    }
    return out;
  }

  function origin() {
    if (config.sandbox || !config.host) return home;
    var loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(config.host);
    return (loopback ? home.split('//')[0] : 'https:') + '//' + config.host;
  }

  function address() {
    if (config.payment_url) return config.payment_url;
    var query = extend({}, config.queryParams);
    if (config.access_token) query.access_token = config.access_token;
    else query.access_data = JSON.stringify(config.access_data);
    if (config.consentId) query.consentId = config.consentId;
    return origin() + '/paystation2/?' + pairs('', query, []).join('&');
  }

  function check() {
    if (!config) throw new Refusal('Initialize widget before opening');
    if (!config.access_token && !config.access_data && !config.payment_url) {
      throw new Refusal('No access token or access data or payment URL given');
    }
    if (config.access_data && typeof config.access_data !== 'object') throw new Refusal('Invalid access data format');
    if (!config.payment_url && config.host !== undefined && (typeof config.host !== 'string' || !config.host)) {
      throw new Refusal('Invalid host');
    }
  }

  // ---- Messages -----------------------------------------------------------

  function sendMessage(command, data, targetOrigin) {
    var peer = current && current.peer();
    if (peer) peer.postMessage(JSON.stringify({ data: data, command: command }), targetOrigin || '*');
  }

  function onMessage(command, handler) { listeners.push({ command: command, handler: handler }); }

  function receive(event) {
    if (!current || event.source !== current.peer() || typeof event.data !== 'string') return;
    var frame;
    try { frame = JSON.parse(event.data); } catch (e) { return; }
    if (!frame || !frame.command) return;
    var data = frame.data || {};
    var mine = current;
    switch (frame.command) {
      case 'widget-detection': mine.detected(); break;
      case 'dimensions': mine.fit(data.dimensions || {}); break;
      case 'widget-close': if (mine.lightbox && !mine.modal) mine.close(); break;
      case 'close': if (!mine.modal) mine.close(); break;
      case 'status':
        trigger('status', data);
        var status = data.paymentInfo && data.paymentInfo.status;
        if (['invoice', 'delivering', 'done', 'troubled'].indexOf(status) >= 0) trigger('status-' + status, data);
        break;
      case 'user-country': trigger('user-country', { user_country: data.user_country }); break;
      case 'fcp':
      case 'error': trigger(frame.command, data); break;
    }
    listeners.forEach((l) => { if (l.command === frame.command) l.handler(event, data); });
  }

  function closed(kind) {
    if (!current) return;
    window.removeEventListener('message', receive);
    current = null;
    trigger('close');
    trigger(kind);
  }

  function loader() {
    var done = false;
    return function () { if (!done) { done = true; trigger('load'); } };
  }

  // ---- In a window --------------------------------------------------------

  function openWindow(url, options) {
    var target = ['_blank', '_self', '_parent'].indexOf(options.target) < 0 ? '_blank' : options.target;
    var child = window.open(url, target);
    // A blocked window is not an open one.
    if (!child) return null;
    var load = loader();
    var answered = false;
    if (target === '_blank') {
      child.focus();
      var timer = setInterval(function () {
        if (!child.closed) return;
        clearInterval(timer);
        closed('close-window');
      }, 100);
    }
    return {
      opened: 'open-window',
      peer: () => { return child; },
      detected: () => {
        if (!answered) sendMessage('widget-detected', { version: VERSION, childWindowOptions: { target: target } });
        answered = true;
        load();
      },
      fit: load,
      // The timer above notices, whoever closes the window.
      close: () => { child.close(); }
    };
  }

  // ---- In a lightbox ------------------------------------------------------

  function element(name, parent, rules) {
    var made = document.createElement('div');
    made.className = CLASS + name;
    parent.appendChild(made);
    return style(made, rules);
  }

  function spinner(parent, options) {
    var box = element('-spinner', parent, {
      position: 'absolute', top: '50%', left: '50%', width: '56px', height: '56px', margin: '-28px 0 0 -28px'
    });
    var period = Number(options.spinnerRotationPeriod);
    if (options.spinner === 'none') return box;
    if (options.spinner === 'custom' && options.spinnerUrl) {
      style(box, { background: 'center / contain no-repeat url(' + JSON.stringify(options.spinnerUrl) + ')' });
    } else {
      period = period || 900;
      style(box, {
        border: '4px solid ' + (options.spinnerColor || '#ffffff'), borderRightColor: 'transparent', borderRadius: '50%'
      });
    }
    if (period && box.animate) {
      box.animate([{ transform: 'rotate(0deg)' }, { transform: 'rotate(360deg)' }], { duration: period, iterations: Infinity });
    }
    return box;
  }

  function openLightbox(url, given) {
    var options = extend({}, LIGHTBOX, given);
    var before = document.activeElement;
    var overflow = document.body.style.overflow;
    var load = loader();
    var natural = null;
    var timers = [];

    var box = element('', document.body, extend({}, COVER, { position: 'fixed', zIndex: String(options.zIndex) }));
    box.setAttribute('role', 'dialog');
    box.setAttribute('aria-modal', 'true');
    box.setAttribute('aria-label', 'Payment');
    var overlay = element('-overlay', box, extend({}, COVER, {
      background: options.overlayBackground, opacity: String(options.overlayOpacity)
    }));
    var wheel = spinner(box, options);
    var content = element('-content ' + CLASS + '-content__hidden', box, {
      position: 'absolute', overflow: 'hidden', borderRadius: '12px', background: options.contentBackground,
      visibility: 'hidden', opacity: '0', transition: 'opacity .18s'
    });
    // Focus that walks out of the frame on either side is walked back in.
    var guards = [0, 1].map(function () {
      var guard = document.createElement('span');
      guard.tabIndex = 0;
      style(guard, { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', outline: 'none' });
      guard.addEventListener('focus', () => { frame.focus(); });
      return guard;
    });
    var frame = document.createElement('iframe');
    frame.className = CLASS + '-content-iframe';
    frame.title = 'Payment';
    frame.setAttribute('allow', options.allow);
    frame.setAttribute('allowfullscreen', '');
    style(frame, { display: 'block', width: '100%', height: '100%', border: '0' });
    content.appendChild(guards[0]);
    content.appendChild(frame);
    content.appendChild(guards[1]);

    function place() {
      var margin = parseInt(options.contentMargin, 10) || 0;
      var room = { width: window.innerWidth - 2 * margin, height: window.innerHeight - 2 * margin };
      function side(name, least) {
        var wish = options[name];
        // The documented default height leaves the size to the page.
        var own = wish && !(name === 'height' && wish === LIGHTBOX.height && !options.width);
        if (own && /%$/.test(wish)) return Math.round(room[name] * parseFloat(wish) / 100);
        if (own) return Math.min(parseFloat(wish), room[name]);
        return Math.min(Math.max((natural && natural[name]) || least, least), room[name]);
      }
      var width = side('width', 600);
      var height = side('height', 500);
      style(content, {
        width: width + 'px', height: height + 'px',
        left: Math.max(0, Math.round((window.innerWidth - width) / 2)) + 'px',
        top: Math.max(0, Math.round((window.innerHeight - height) / 2)) + 'px'
      });
      if (margin === 0) content.style.borderRadius = '0';
    }
    function reveal() {
      if (content.style.visibility === 'visible') return place();
      place();
      content.className = CLASS + '-content';
      style(content, { visibility: 'visible', opacity: '1' });
      wheel.style.display = 'none';
      frame.focus();
      load();
    }
    function key(event) {
      if (options.closeByKeyboard && !options.modal && (event.key === 'Escape' || event.keyCode === 27)) close();
    }
    function close() {
      timers.forEach(clearTimeout);
      document.removeEventListener('keyup', key);
      window.removeEventListener('resize', place);
      document.body.style.overflow = overflow;
      if (box.parentNode) box.parentNode.removeChild(box);
      if (before && before.focus && document.contains(before)) before.focus();
      closed('close-lightbox');
    }

    overlay.addEventListener('click', () => { if (options.closeByClick && !options.modal) close(); });
    document.addEventListener('keyup', key);
    window.addEventListener('resize', place);
    document.body.style.overflow = 'hidden';
    // A page that never says how large it is shows in the end all the same.
    frame.addEventListener('load', () => {
      timers.push(setTimeout(reveal, given && given.width && given.height ? 1000 : Number(options.resizeTimeout)));
    });
    place();
    frame.src = url;

    return {
      opened: 'open-lightbox',
      lightbox: true,
      modal: options.modal,
      peer: () => { return frame.contentWindow; },
      detected: () => { sendMessage('widget-detected', { version: VERSION, lightBoxOptions: options }); },
      fit: (size) => {
        if (Number(size.width) > 0 && Number(size.height) > 0) natural = { width: Number(size.width), height: Number(size.height) };
        reveal();
      },
      close: close
    };
  }

  // ---- The interface ------------------------------------------------------

  function open() {
    check();
    if (current) return;
    var url = address();
    var mobile = isMobile();
    window.addEventListener('message', receive);
    if (mobile && !config.iframeOnly) current = openWindow(url, config.childWindow || {});
    else current = openLightbox(url, extend(mobile ? { width: '100%', contentMargin: '0px' } : {}, config.lightbox));
    // Nothing opened, so nothing stands in the way of the next try.
    if (!current) return window.removeEventListener('message', receive);
    trigger('open');
    trigger(current.opened);
  }

  function close() { if (current) current.close(); }

  function bind() {
    if (bound) return;
    bound = true;
    // Delegated, so that buttons made later and what is inside them count too.
    document.addEventListener('click', (event) => {
      if (!event.target.closest || !event.target.closest('[' + BUTTON + ']')) return;
      event.preventDefault();
      open();
    });
  }

  function init(options) {
    config = extend({ access_token: null, access_data: null, sandbox: false, iframeOnly: false }, options);
    bind();
    var ready = trigger.bind(null, 'init', undefined);
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready);
    else ready();
  }

  return {
    init: init, open: open, close: close, on: on, off: off,
    sendMessage: sendMessage, onMessage: onMessage, eventTypes: eventTypes
  };
}));
