import { renderMarkdown, plainMarkdown } from '../core/markdown.ts';
import { LANGUAGE_TAG } from '../core/language.ts';
import { matterOf, newsWords } from '../core/news.ts';
import { words } from '../core/words/index.ts';
import { sendFollowerMail } from './email.ts';
import { renderFollowerMail } from './mail-render.ts';
import type { Addressed, FollowerChannel } from './subscriber.ts';

/** News by mail: one message each, in the reader's language, all of one matter in one thread. */
export const followerMail: FollowerChannel = {
  news(news, to, context) {
    const { mail } = words(to.language);
    const { body, ...said } = newsWords(news, to.language);
    const rendered = renderFollowerMail({
      ...said,
      ...frame(to),
      html: renderMarkdown(body),
      text: plainMarkdown(body),
      button: { label: mail.open, href: news.link },
      footer: mail.why(to.page.title),
      changes: [
        { label: mail.preferences, href: to.preferences },
        { label: mail.unsubscribe, href: to.unsubscribe },
      ],
    });
    const sent = { ...rendered, unsubscribe: to.unsubscribe };
    return sendFollowerMail(to.target, sent, { ...marks(to), root: matterOf(news) }, context);
  },
  asked({ what, confirm }, to, context) {
    const { mail } = words(to.language);
    const { title } = to.page;
    const already = what === 'already';
    const rendered = renderFollowerMail({
      subject: already ? mail.alreadySubject(title) : mail.confirmSubject(title),
      headline: already ? mail.alreadySubject(title) : mail.confirmSubject(title),
      tone: 'neutral',
      badge: null,
      facts: [],
      html: '',
      text: already ? mail.alreadyText(title) : `${mail.confirmText(title)}\n\n${mail.confirmIgnore}`,
      ...frame(to),
      button: already
        ? { label: mail.alreadyButton, href: to.preferences }
        : { label: mail.confirmButton, href: confirm },
      footer: mail.whyAsked(title),
      changes: [],
    });
    return sendFollowerMail(to.target, rendered, { ...marks(to), root: null }, context);
  },
};

function frame({ language, page }: Addressed) {
  return { language: LANGUAGE_TAG[language], brand: page.title, orOpen: words(language).mail.orOpen };
}

function marks({ id, now, page }: Addressed) {
  return { id, now, sender: page.title };
}
