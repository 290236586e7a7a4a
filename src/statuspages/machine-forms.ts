import type { Deps } from '../deps.ts';
import type { Views } from '../web/render.ts';
import { badgeForms } from './badges.ts';
import { calendarForms } from './calendar.ts';
import { embedForms } from './embed.ts';
import { feedForms } from './feeds.ts';
import type { Forms } from './forms.ts';
import { healthForms } from './health-json.ts';
import { kumaForms } from './kuma-badges.ts';
import { pictureForms } from './picture.ts';
import { plainForms } from './plain.ts';
import { v2Forms } from './v2.ts';

/** What programs, feed readers, calendars, terminals and other sites read of a page. */
export function machineForms(deps: Pick<Deps, 'db'>, views: Views): Forms {
  return {
    ...v2Forms(deps),
    ...feedForms(),
    ...calendarForms(),
    ...badgeForms(deps),
    ...kumaForms(deps),
    ...embedForms(views),
    ...healthForms(),
    ...pictureForms(),
    ...plainForms(),
  };
}
