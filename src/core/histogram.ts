/**
 * Response times of a slot as text: `bucket:count` in base 36, sorted, joined by blanks, `:1` left out.
 * Buckets grow by a tenth, so a percentile is right within five per cent. Two histograms joined by a blank are
 * their sum, which lets SQL merge them with `group_concat(histogram, ' ')`.
 */
export type Histogram = string;

const GROWTH = Math.log(1.1);

function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : 1 + Math.floor(Math.log(ms) / GROWTH);
}

/** The middle of a bucket, in ms. */
function middle(bucket: number): number {
  return bucket === 0 ? 1 : Math.round(Math.exp((bucket - 0.5) * GROWTH));
}

function parse(histogram: Histogram): Map<number, number> {
  const counts = new Map<number, number>();
  for (const item of histogram.split(' ')) {
    if (item === '') continue;
    const [bucket = '', count = '1'] = item.split(':');
    const key = Number.parseInt(bucket, 36);
    counts.set(key, (counts.get(key) ?? 0) + Number.parseInt(count, 36));
  }
  return counts;
}

function print(counts: Map<number, number>): Histogram {
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([bucket, count]) => (count === 1 ? bucket.toString(36) : `${bucket.toString(36)}:${count.toString(36)}`))
    .join(' ');
}

/** The histogram with one more response time, in ms. */
export function addResponse(histogram: Histogram, ms: number): Histogram {
  const counts = parse(histogram);
  const bucket = bucketOf(ms);
  return print(counts.set(bucket, (counts.get(bucket) ?? 0) + 1));
}

/** The sum of several histograms. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  return print(parse(histograms.join(' ')));
}

/** How many response times a histogram holds. */
export function responseCount(histogram: Histogram): number {
  return [...parse(histogram).values()].reduce((sum, count) => sum + count, 0);
}

/** The response time in ms that `p` per cent (0 to 100) of the checks stayed within; null without any. */
export function percentile(histogram: Histogram, p: number): number | null {
  const counts = [...parse(histogram)].toSorted(([a], [b]) => a - b);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const wanted = Math.max(1, Math.ceil((total * p) / 100));
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (seen >= wanted) return middle(bucket);
  }
  return null;
}
