/**
 * `next` of a log-in as a path of this site, or the dashboard: `//host`, `/\host` and control characters lead away
 * (R-AU-15), and letters beyond ASCII are read as slashes by some. A browser writes our own paths without them.
 */
export function localPath(next: string | undefined): string {
  const home = '/dashboard';
  if (!next || !/^\/(?!\/)[!-[\]-~]*$/.test(next)) return home;
  // Whatever a browser makes of it, dots resolved, must still be a plain path on the host it was on.
  const base = 'http://local.invalid';
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  return url?.origin === base && !url.pathname.startsWith('//') ? next : home;
}
