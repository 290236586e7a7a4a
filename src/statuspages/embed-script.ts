/**
 * What a site puts into its pages: `<script src="…/embed.js" async></script>`. It stands in for itself with a link that
 * says the status, asks again each minute while it is seen, and keeps nothing. `START` is replaced by what is known
 * when it is sent. `data-style="banner"` shows nothing while all is well; `data-theme="dark"` suits dark sites.
 */
const SCRIPT = `(function () {
  var script = document.currentScript;
  if (!script) return;
  var from = script.src.replace(/\\/embed\\.js.*$/, '/embed.json');
  var set = script.dataset;
  var dark = set.theme === 'dark' || (set.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  var tones = {
    operational: ['#1f7a4d', '#7fd6a6'],
    degraded: ['#8f5a00', '#f0c063'],
    partial_outage: ['#b3431c', '#ff9e7a'],
    major_outage: ['#b3261e', '#ff8f87'],
    maintenance: ['#6d46a8', '#c9a8ff'],
    unknown: ['#66605b', '#b5afa9']
  };
  var signs = { operational: '\\u2713', degraded: '\\u25b2', partial_outage: '\\u2715', major_outage: '\\u2715', maintenance: '\\u25a0', unknown: '?' };
  var box = document.createElement('span');
  box.setAttribute('role', 'status');
  var link = box.appendChild(document.createElement('a'));
  var sign = link.appendChild(document.createElement('span'));
  var words = link.appendChild(document.createElement('span'));
  sign.setAttribute('aria-hidden', 'true');
  link.target = '_blank';
  link.rel = 'noopener';
  var banner = set.style === 'banner';
  box.style.display = banner ? 'block' : 'inline-block';
  var look = link.style;
  look.display = banner ? 'flex' : 'inline-flex';
  look.gap = '8px';
  look.padding = banner ? '10px 16px' : '4px 12px';
  look.border = '1px solid ' + (dark ? '#55504c' : '#c9c4bf');
  look.borderRadius = banner ? '0' : '999px';
  look.background = dark ? '#1d1b1a' : '#fff';
  look.color = dark ? '#f2efec' : '#22201e';
  look.font = '14px/1.5 system-ui, sans-serif';
  look.textDecoration = 'none';
  function show(now) {
    link.href = now.url;
    sign.textContent = signs[now.status] || '?';
    sign.style.color = (tones[now.status] || tones.unknown)[dark ? 1 : 0];
    if (words.textContent !== now.headline) words.textContent = now.headline;
    link.title = now.name;
    box.hidden = banner && now.status === 'operational';
    if (box.hidden) box.style.display = 'none';
    else box.style.display = banner ? 'block' : 'inline-block';
  }
  function ask() {
    if (document.hidden) return;
    fetch(from, { credentials: 'omit' }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (now) {
      if (now) show(now);
    }).catch(function () {});
  }
  show(START);
  script.parentNode.insertBefore(box, script);
  setInterval(ask, 60000);
})();
`;

/** The script with what the page says now. */
export function embedScript(start: { status: string; headline: string; name: string; url: string }): string {
  // Nothing in it may end a script element, in case a site puts the text into its page.
  const json = JSON.stringify(start)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return SCRIPT.replace('START', () => json);
}
