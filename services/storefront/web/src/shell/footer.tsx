import { useId, useState } from 'react';
import { savedTheme, saveTheme, THEMES } from '~/browser/theme';
import { t } from '~/text';

export function Footer() {
  const id = useId();
  const [theme, setTheme] = useState(savedTheme);
  return (
    <footer className="mt-24 border-t-2 border-ink bg-card">
      <div className="mx-auto flex w-full max-w-[76rem] flex-wrap items-center justify-between gap-x-12 gap-y-6 px-4 py-8 sm:px-6 md:px-8">
        <p className="max-w-[60ch] text-small text-ink-2">{t('shell.footer.about')}</p>
        <div className="flex items-center gap-2 text-small">
          <label htmlFor={id}>{t('shell.theme')}</label>
          <select
            id={id}
            value={theme}
            className="h-11 rounded-2 border-2 border-edge bg-card px-2 text-body hover:border-ink"
            onChange={(event) => {
              const chosen = THEMES.find((each) => each === event.target.value) ?? 'auto';
              setTheme(chosen);
              saveTheme(chosen);
            }}
          >
            {THEMES.map((each) => (
              <option key={each} value={each}>
                {t(`shell.theme.${each}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
    </footer>
  );
}
