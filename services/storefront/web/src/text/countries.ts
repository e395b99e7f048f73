/** ISO 3166-1 alpha-2 codes of where parcels go. */
const CODES =
  'AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT JP LI LT LU LV MT NL NO NZ PL PT RO SE SI SK US';

const names = new Intl.DisplayNames('en-IE', { type: 'region' });

export function countryName(code: string): string {
  return names.of(code) ?? code;
}

export const COUNTRIES = CODES.split(' ')
  .map((code) => ({ code, name: countryName(code) }))
  .sort((a, b) => a.name.localeCompare(b.name));
