import { oneLine } from '../core/alert.ts';
import { plainMarkdown } from '../core/markdown.ts';
import { newsWords } from '../core/news.ts';
import { SECOND } from '../core/time.ts';
import { formats } from '../core/words/formats.ts';
import { words } from '../core/words/index.ts';
import { COLOURS, fit } from './card.ts';
import type { SendContext } from './channel.ts';
import { keysIn } from './key-url.ts';
import { post } from './post.ts';
import { judgeSlack, slackAddress, slackText } from './slack.ts';
import type { Addressed, FollowerChannel } from './subscriber.ts';

/** Of what people wrote, so much is shown in a chat; the rest is behind the title. */
const BODY_CHARS = 2_500;

/** News in a channel of Slack, Mattermost or Rocket.Chat: a line, and an attachment with what was written. */
export const followerSlack: FollowerChannel = {
  news(news, to, context) {
    const { mail } = words(to.language);
    const { subject, tone, headline, facts, body } = newsWords(news, to.language);
    const plain = plainMarkdown(body);
    const text = plain.length > BODY_CHARS ? `${plain.slice(0, BODY_CHARS).trimEnd()} …` : plain;
    return say(to, context, {
      text: fit(subject, 2_000, slackText),
      attachment: {
        color: `#${COLOURS[tone]}`,
        title: fit(headline, 200, slackText),
        title_link: slackAddress(news.link),
        text: `${slackText(text)}\n<${slackAddress(to.preferences)}|${slackText(mail.preferences)}>`,
        fields: facts.map(({ label, value }) => ({
          title: fit(label, 100, slackText),
          value: fit(value, 1_500, slackText),
          short: value.length <= 40,
        })),
      },
    });
  },
  asked({ confirm, until }, to, context) {
    const { mail } = words(to.language);
    const ends = formats(to.language, to.page.timezone).full(until);
    return say(to, context, {
      text: fit(mail.confirmSubject(to.page.title), 2_000, slackText),
      attachment: {
        color: `#${COLOURS.neutral}`,
        title: fit(mail.confirmButton, 200, slackText),
        title_link: slackAddress(confirm),
        text: slackText(`${oneLine(mail.hookText(to.page.title), 1_000)} (→ ${ends})`),
        fields: [],
      },
    });
  },
};

async function say(
  to: Addressed,
  context: SendContext,
  { text, attachment }: { text: string; attachment: Record<string, unknown> & { title: string } },
): Promise<string> {
  const about = {
    ...attachment,
    fallback: attachment.title,
    footer: fit(to.page.title, 300, slackText),
    ts: Math.floor(to.createdAt / SECOND),
    mrkdwn_in: [],
  };
  const body = {
    text,
    mrkdwn: false,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [about],
  };
  return judgeSlack(await post({ url: to.target, body, secrets: keysIn(to.target) }, context), to.now);
}
