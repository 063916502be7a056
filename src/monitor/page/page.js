'use strict';
const $ = id => document.getElementById(id);

// Whatever comes from the monitor is text: it goes into the page by these, and never as markup.
function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function set(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}
// Builds an element's children anew only when what they show has changed, so that selections survive.
const shown = new WeakMap();
function fill(element, value, build) {
  const text = JSON.stringify(value);
  if (shown.get(element) === text) return;
  shown.set(element, text);
  element.replaceChildren(...build(value));
}

const count = n => n == null ? '–' : n.toLocaleString('en');
const percent = part => part == null ? '–' : (part * 100).toFixed(part > 0.99 && part < 1 ? 2 : 0) + ' %';
const clock = time => new Date(time * 1000).toLocaleTimeString('en-GB');
const minute = time => clock(time).slice(0, 5);
const now = () => clock(Date.now() / 1000);
const words = name => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');
const plural = (n, one) => count(n) + ' ' + one + (n === 1 ? '' : 's');
function duration(s) {
  if (s == null) return '–';
  const short = (value, unit) => value.toFixed(value < 9.95 ? 1 : 0) + ' ' + unit;
  const long = (small, big, ratio) => Math.floor(s / big[0]) + ' ' + big[1] + ' ' + Math.floor(s % big[0] / ratio) + ' ' + small;
  if (s === 0) return '0 s';
  if (s < 0.0009995) return short(s * 1e6, 'µs');
  if (s < 0.9995) return short(s * 1e3, 'ms');
  if (s < 119.5) return short(s, 's');
  if (s < 7200) return long('s', [60, 'min'], 1);
  return s < 172800 ? long('min', [3600, 'h'], 60) : long('h', [86400, 'd'], 3600);
}
function bytes(n) {
  if (n == null) return '–';
  const power = n < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(n) / 10));
  return (n / 1024 ** power).toFixed(power ? 1 : 0) + ' ' + ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][power];
}

// --- one read-out for everything that is pointed at
const tip = $('tip');
function show_tip(text, x, y) {
  set(tip, text);
  tip.hidden = false;
  tip.style.left = tip.style.top = 0;
  const width = document.documentElement.clientWidth, below = y + 12;
  tip.style.left = Math.max(8, Math.min(x - tip.offsetWidth / 2, width - tip.offsetWidth - 8)) + scrollX + 'px';
  tip.style.top = (below + tip.offsetHeight > innerHeight ? Math.max(4, y - tip.offsetHeight - 28) : below) + scrollY + 'px';
}
let pointed = null;  // shows the read-out anew when its figures have changed
function point_at(show) { pointed = show; show ? show() : tip.hidden = true; }
addEventListener('keydown', event => { if (event.key === 'Escape') point_at(null); });
addEventListener('scroll', () => { if (pointed) pointed(); }, {passive: true});

// --- the last 15 minutes
function svg(tag, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
function draw(view) {
  const {limit, history: h} = view.status, box = view.f('chart'), width = box.clientWidth, height = box.clientHeight;
  if (!width) return;
  const values = limit == null ? h.in_use : h.utilisation, length = Math.max(1, Math.round(900 / h.interval_seconds));
  const seen = values.filter(v => v != null), top = Math.max(limit == null ? 4 : 1, ...seen);
  const most = Math.max(0, ...h.waiting.filter(v => v != null));
  const left = 40, right = width - 28, upper = 10, lower = height - 22, step = (right - left) / length;
  const x = i => left + (length - values.length + i) * step, y = part => lower - part * (lower - upper);
  const root = svg('svg', {width, height, 'aria-hidden': true}), add = (...a) => root.append(svg(...a));
  const line = (name, at) => add('line', {class: name, x1: left, x2: right, y1: at, y2: at});
  const level = part => limit == null ? count(Math.round(part * top)) : percent(part * top);
  let area = '', curve = '', bars = '';
  values.forEach((value, i) => {
    if (value == null) return;
    const begin = x(i).toFixed(1), end = x(i + 1).toFixed(1), at = y(value / top).toFixed(1);
    area += `M${begin} ${lower}V${at}H${end}V${lower}z`;
    curve += (i && values[i - 1] != null ? `V${at}` : `M${begin} ${at}`) + `H${end}`;
  });
  h.waiting.forEach((n, i) => {  // half as high as the drawing at most, so that what is in use stays visible
    if (n) bars += `M${(x(i) + 0.5).toFixed(1)} ${lower}V${y(n / most / 2).toFixed(1)}h${Math.max(1, step - 1).toFixed(1)}V${lower}z`;
  });
  add('path', {class: 'area', d: area});
  for (const part of [0, 0.5, 1]) {
    line('grid', y(part));
    add('text', {x: left - 6, y: y(part) + 4, 'text-anchor': 'end'}, level(part));
  }
  if (limit != null) for (const part of [0.6, 0.8]) line('mark', y(part / top));
  add('path', {class: 'curve', d: curve});
  add('path', {class: 'bars', d: bars});
  if (most) add('text', {class: 'wait', x: right + 5, y: y(0.5) + 4}, count(most));
  for (const part of [0, 1, 2, 3])
    add('text', {x: left + part * (right - left) / 3, y: height - 5, 'text-anchor': part === 3 ? 'end' : part ? 'middle' : 'start'},
        minute(h.until - (3 - part) * 300));
  const cross = svg('line', {class: 'cross', y1: upper, y2: lower, visibility: 'hidden'});
  root.append(cross);
  box.replaceChildren(root);
  const unit = limit == null ? ' in use' : '';
  const now = seen.length ? `now ${level(seen.at(-1) / top)}${unit}, at most ${level(Math.max(...seen) / top)}${unit}` : 'nothing seen yet';
  box.setAttribute('aria-label', `In use over the last 15 minutes: ${now}; ${plural(most, 'caller')} waiting at most.`);
  view.point = at => {  // an index, or where the pointer is
    const i = Math.max(0, Math.min(values.length - 1, at.index ?? Math.floor((at.x - box.getBoundingClientRect().left - x(0)) / step)));
    if (!values.length) return i;
    const middle = x(i) + step / 2, end = h.until - (values.length - 1 - i) * h.interval_seconds, place = box.getBoundingClientRect();
    cross.setAttribute('x1', middle); cross.setAttribute('x2', middle); cross.setAttribute('visibility', 'visible');
    const used = h.in_use[i] == null ? 'nothing was seen' :
        `${count(h.in_use[i])} in use${h.utilisation[i] == null ? '' : ` (${percent(h.utilisation[i])})`}, ${count(h.open[i])} open, ${count(h.waiting[i])} waiting`;
    show_tip(`${clock(end - h.interval_seconds)} to ${clock(end)}\n${used}`, place.left + middle, place.top + lower - 8);
    return i;
  };
  view.unpoint = () => cross.setAttribute('visibility', 'hidden');
}
function watch_chart(view) {
  const box = view.f('chart'), leave = () => { view.unpoint?.(); point_at(null); };
  let index = Infinity;
  const follow = event => point_at(() => { index = view.point?.({x: event.clientX}); });
  box.addEventListener('pointermove', follow);
  box.addEventListener('pointerdown', follow);
  box.addEventListener('pointerleave', leave);
  box.addEventListener('blur', leave);
  box.addEventListener('keydown', event => {
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!by) return;
    event.preventDefault();
    index = Math.min(index, view.status.history.in_use.length) + by;
    point_at(() => { index = view.point?.({index}); });
    box.setAttribute('aria-label', tip.textContent);
  });
  new ResizeObserver(() => view.status && draw(view)).observe(box);
}

// --- connections
const states = {idle: 'idle', in_use: 'in use', overflow: 'in use, overflow', opening: 'opening'};
function describe(c) {
  if (c.state === 'opening') return 'A connection is being opened';
  const lines = [`Connection ${c.id}: ${states[c.state] ?? c.state}`, `open for ${duration(c.age_seconds)}, ${plural(c.checkouts, 'checkout')}`];
  if (c.idle_seconds != null) lines.push(`idle for ${duration(c.idle_seconds)}`);
  if (c.holder) lines.push(`held for ${duration(c.holder.held_seconds)} by thread ${c.holder.thread}`,
                           `taken at ${c.holder.file}:${c.holder.line}`, `in ${c.holder.function}`);
  return lines.join('\n');
}
function show_connections(view, connections) {
  const cells = view.f('cells'), made = cells.children;
  while (made.length > connections.length) cells.lastChild.remove();
  while (made.length < connections.length) cells.append(h('button', {type: 'button', tabindex: made.length ? -1 : 0}));
  cells.classList.toggle('many', connections.length > 120);
  connections.forEach((c, i) => {
    const text = describe(c);
    made[i].className = 'cell ' + (c.state in states ? c.state : '');
    if (made[i].getAttribute('aria-label') !== text) made[i].setAttribute('aria-label', text);
  });
  if (made.length && !cells.querySelector('[tabindex="0"]')) made[0].tabIndex = 0;
  const numbers = Object.keys(states).map(state => [state, connections.filter(c => c.state === state).length]);
  for (const [state, n] of numbers) set(view.section.querySelector(`[data-n=${state}]`), n);
  cells.setAttribute('aria-label', 'Connections: ' + numbers.map(([state, n]) => `${n} ${states[state]}`).join('; '));
}
function watch_cells(cells) {
  const point = event => {
    const cell = event.target.closest('.cell');
    if (cell) point_at(() => {
      if (!cell.isConnected) return point_at(null);
      const place = cell.getBoundingClientRect();
      show_tip(cell.getAttribute('aria-label'), place.left + place.width / 2, place.bottom - 4);
    });
  };
  for (const kind of ['pointerover', 'focusin', 'click']) cells.addEventListener(kind, point);
  for (const kind of ['pointerleave', 'focusout']) cells.addEventListener(kind, () => point_at(null));
  cells.addEventListener('keydown', event => {  // one stop for the tab key; arrows go from cell to cell
    const by = {ArrowLeft: 'previousSibling', ArrowRight: 'nextSibling'}[event.key], next = by && event.target[by];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// --- a pool's section
const views = new Map();
function view_of(name) {
  if (views.has(name)) return views.get(name);
  const section = $('pool').content.firstElementChild.cloneNode(true), fields = {};
  for (const element of section.querySelectorAll('[data-f]')) fields[element.dataset.f] = element;
  const view = {section, f: field => fields[field]};
  views.set(name, view);
  set(view.f('name'), name);
  section.setAttribute('aria-label', 'Pool ' + name);
  $('pools').append(section);
  watch_chart(view);
  watch_cells(view.f('cells'));
  return view;
}
const list = rows => [h('dl', {class: 'list'}, ...rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))))];
function table(caption, heads, rows) {
  const cells = (head, [first, ...others], tag) =>
      h('tr', {}, h('th', {scope: head}, first), ...others.map(text => h(tag, tag === 'th' ? {scope: 'col'} : {}, text)));
  return h('table', {}, h('caption', {}, caption), h('thead', {}, cells('col', heads, 'th')),
           h('tbody', {}, ...rows.map(row => cells('row', row, 'td'))));
}
function show_status({pools}) {
  for (const [name, view] of views)
    if (!pools.some(p => p.name === name)) { view.section.remove(); views.delete(name); }
  for (const p of pools) {
    const view = view_of(p.name), f = view.f;
    view.status = p;
    set(f('kind'), `${p.dialect}, ${p.pool_class}` + (p.size == null ? ' without a limit' : `, size ${p.size}` +
        (p.max_overflow == null ? ' and any overflow' : p.max_overflow ? ` + ${p.max_overflow} overflow` : '')));
    f('kind').title = p.reason;
    f('suspended').hidden = !p.suspended;
    set(f('in_use'), count(p.in_use));
    set(f('limit'), p.limit == null ? '' : ' / ' + count(p.limit));
    set(f('share'), p.limit == null ? 'in use; there is no limit' : percent(p.utilisation) + ' in use');
    f('meter').hidden = p.utilisation == null;
    f('meter').className = 'meter ' + (p.utilisation > 0.8 ? 'error' : p.utilisation > 0.6 ? 'warning' : '');
    f('meter').setAttribute('aria-valuenow', Math.round((p.utilisation ?? 0) * 100));
    f('meter').firstElementChild.style.width = Math.min(100, (p.utilisation ?? 0) * 100) + '%';
    for (const field of ['idle', 'opening', 'waiting']) set(f(field), count(p[field]));
  set(f('overflow'), count(p.size == null ? 0 : Math.max(0, p.in_use - p.size)));
    f('waiting').className = p.waiting ? 'warning' : '';
    set(f('oldest'), p.waiting ? duration(p.oldest_wait_seconds) : '–');
    set(f('timeouts'), count(p.counters.timeouts));
    fill(f('times'), p.times, t => ['last_minute', 'since_start'].map(span =>
        table(words(span), ['', 'p50', 'p95', 'p99', 'max'], ['wait', 'connect', 'use'].map(of => [words(of),
              ...['p50', 'p95', 'p99', 'max'].map(q => t[of][span].count ? duration(t[of][span][q + '_seconds']) : '–')]))));
    fill(f('counters'), p.counters, ({closed_by_reason, ...counters}) => list([
        ...Object.entries(counters).map(([name, n]) => [words(name), name.endsWith('hit_ratio') ? percent(n) : count(n)]),
        ...Object.entries(closed_by_reason).map(([name, n]) => ['Closed: ' + words(name).toLowerCase(), count(n)])]));
    draw(view);
  }
}
function show_health(answer) {
  set($('about'), `version ${answer.version}, up for ${duration(Math.floor(answer.uptime_seconds / 60) * 60 || answer.uptime_seconds)}`);
  document.title = (answer.status === 'healthy' ? '' : words(answer.status) + ' – ') + 'sociable';
  for (const p of answer.pools) {
    const {f} = view_of(p.name);
    f('state').hidden = false;
    f('state').className = 'badge ' + (['healthy', 'warning', 'error'].includes(p.status) ? p.status : '');
    set(f('state'), words(p.status));
    set(f('score'), `score ${p.score} of 100`);
    fill(f('reasons'), p.reasons, reasons => reasons.length ? reasons
        .slice().sort((a, b) => (b.status === 'error') - (a.status === 'error'))
        .map(r => h('li', {class: r.status === 'error' ? 'error' : 'warning'}, h('strong', {}, words(r.status) + ': '), h('span', {}, r.text)))
        : [h('li', {class: 'healthy'}, h('span', {}, 'Nothing is wrong.'))]);
    fill(f('parts'), p.parts, parts => parts.flatMap(part => {
      const bar = h('i', {});
      bar.style.width = 100 * part.points / Math.max(1, part.of) + '%';
      return [h('dt', {}, words(part.name)), h('dd', {}, h('div', {class: 'bar'}, bar), h('span', {}, `${part.points} of ${part.of}`))];
    }));
    fill(f('server'), [p.server, p.round_trip_seconds], ([server, round_trip]) => show_server(server, round_trip));
  }
}
function show_server(s, round_trip) {
  if (!s) return [h('p', {class: 'muted'}, 'Nothing is known of the server.')];
  const seen = n => `${count(n.total)}: ${n.active} active, ${n.idle} idle, ${n.idle_in_transaction} idle in transaction` +
      (n.unknown ? `, ${n.unknown} unknown` : '');
  const rows = [['Round trip', duration(round_trip)], ['Connections', seen(s.connections)], ['Of ours', seen(s.ours)],
                ['Longest query', duration(s.longest_query_seconds)], ['Longest transaction', duration(s.longest_transaction_seconds)],
                ['Longest idle in transaction', duration(s.longest_idle_in_transaction_seconds)]];
  if (s.max_connections != null)
    rows.push(['Connections allowed', count(s.max_connections)], ['Reserved', count(s.reserved_connections)],
              ['Taken', percent(s.share_taken)], ['Taken by us', percent(s.our_share)]);
  if (s.idle_timeout_seconds != null) rows.push(['Idle ones are closed after', duration(s.idle_timeout_seconds)]);
  if (s.sqlite) rows.push(['File', s.sqlite.file], ['Journal', s.sqlite.journal_mode], ['Database', bytes(s.sqlite.database_bytes)],
      ['Write-ahead log', bytes(s.sqlite.wal_bytes)], ['Cache', bytes(s.sqlite.cache_bytes)],
      ['Busy timeout', duration(s.sqlite.busy_timeout_seconds)]);
  const made = list(rows);
  if (s.clients.length)
    made.push(h('div', {class: 'clients'}, table('Clients', ['User', 'Address', 'Application', 'Active', 'Idle', 'In transaction'],
        s.clients.map(({connections: n, ...c}) => [c.user, c.address, c.application || '–', n.active, n.idle, n.idle_in_transaction]))));
  for (const text of s.unseen) made.push(h('p', {class: 'muted'}, 'Not seen: ' + text));
  return made;
}
function show_advice({pools}) {
  for (const p of pools) {
    const {f} = view_of(p.name);
    set(f('basis'), (p.enough_samples ? (p.advice.length ? '' : 'Nothing to change. ') : 'Too few samples for advice on sizes yet. ') + p.basis);
    fill(f('advice'), p.advice, advice => advice.map(a => h('li', {},
        h('p', {}, h('strong', {}, `${a.option}: ${a.current} → ${a.proposed}`)), h('p', {}, a.evidence),
        h('p', {class: 'muted'}, a.benefit))));
  }
}

// --- asking the monitor, which is where this page is
const base = location.origin + location.pathname.replace(/\/*$/, '/'), key = 'sociable token of ' + base;
let token = '';
try { token = sessionStorage.getItem(key) ?? ''; } catch { /* not remembered then */ }
function remember(text) {
  token = text;
  try { text ? sessionStorage.setItem(key, text) : sessionStorage.removeItem(key); } catch { /* likewise */ }
}
let last = '', lost = false;
function lose(why) {
  if (!lost) set($('lost'), why ? `${why} Trying again since ${now()}.` : `Lost the monitor at ${now()}, trying again.`);
  lost = true;
  $('lost').hidden = false;
  document.body.classList.add('lost');
  for (const {f} of views.values()) { set(f('old'), 'Figures of ' + last); f('old').hidden = false; }
}
function found() {
  const was_away = lost || !$('ask').hidden;
  last = now();
  lost = false;
  set($('updated'), 'updated ' + last);
  document.body.classList.remove('lost');
  $('lost').hidden = $('ask').hidden = true;
  $('pools').hidden = false;
  for (const {f} of views.values()) f('old').hidden = true;
  if (was_away) for (const asker of askers) asker.ask();
}
function ask_token() {
  if (token) set($('refused'), 'This token was refused.');
  remember('');
  $('pools').hidden = $('lost').hidden = true;
  if ($('ask').hidden) { $('ask').hidden = false; $('token').focus(); }
}
$('ask').addEventListener('submit', event => {
  event.preventDefault();
  set($('refused'), '');
  if (/^[\x21-\x7e]+$/.test($('token').value)) remember($('token').value);
  else return set($('refused'), 'A token is of printable ASCII, without blanks.');
  $('token').value = '';
  askers[0].ask();
});

// Asks for one path every so often, and never twice at once.
class Asker {
  constructor(path, seconds, timeout, show) { Object.assign(this, {path, seconds, timeout, show, busy: false, failed: ''}); }
  get leads() { return this === askers[0]; }
  async ask() {
    if (this.busy || document.hidden || (!this.leads && !$('ask').hidden)) return;
    this.busy = true;
    clearTimeout(this.timer);
    const sent = token;
    try {
      const response = await fetch(base + this.path, {cache: 'no-store', credentials: 'same-origin', redirect: 'error',
          signal: AbortSignal.timeout(this.timeout * 1000), headers: sent ? {Authorization: 'Bearer ' + sent} : {}});
      if (response.status === 401) {
        if (sent === token) ask_token();
      } else {
        const answer = await response.json();
        if (!answer.pools) throw new Refusal(`The monitor answered ${response.status}: ${answer.error}.`);
        try { this.show(answer); } catch (error) { console.error(error); }  // not the monitor's fault
        this.failed = '';
        if (this.leads) found();
        if (pointed) pointed();
      }
    } catch (error) {
      if (this.leads) lose(error instanceof Refusal ? error.message : '');
      else this.failed ||= `No ${this.path} since ${now()}. ` + (error instanceof Refusal ? error.message : '');
    }
    this.busy = false;
    const failures = askers.map(asker => asker.failed).join(' ').trim();
    set($('note'), failures);
    $('note').hidden = !failures || lost;
    if (!this.leads || $('ask').hidden || token) this.timer = setTimeout(() => this.ask(), this.seconds * 1000);
  }
}
class Refusal extends Error {}
const askers = [new Asker('pool/status', 2, 5, show_status),
                new Asker('pool/connections', 2, 5, answer => {
                  for (const p of answer.pools) show_connections(view_of(p.name), p.connections);
                }),
                new Asker('health/detailed', 5, 15, show_health), new Asker('pool/advice', 10, 15, show_advice)];
for (const asker of askers) asker.ask();
document.addEventListener('visibilitychange', () => { if (!document.hidden) for (const asker of askers) asker.ask(); });
