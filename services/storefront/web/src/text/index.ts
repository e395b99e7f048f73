import { catalog } from './en/catalog';
import { problems } from './en/problems';
import { shell } from './en/shell';
import { translator } from './translator';

export { COUNTRIES, countryName } from './countries';
export { showClock, showDayRange, showMoment, showTime } from './dates';

/** What the shop says while somebody looks around. */
export const t = translator({ ...shell, ...catalog, ...problems });
