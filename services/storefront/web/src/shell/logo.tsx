import { Link } from '@tanstack/react-router';
import { t } from '~/text';

/** The name under three scallops of the awning. */
export function Logo() {
  return (
    <Link
      to="/"
      aria-label={t('shell.home')}
      className="inline-flex min-h-11 flex-col justify-center"
    >
      <svg aria-hidden="true" viewBox="0 0 66 12" className="h-2.5 w-full">
        <path d="M0 0h22v2a11 10 0 0 1-22 0z" className="fill-awning" />
        <path d="M22 0h22v2a11 10 0 0 1-22 0z" className="fill-awning-hover" />
        <path d="M44 0h22v2a11 10 0 0 1-22 0z" className="fill-awning" />
      </svg>
      <span aria-hidden="true" className="font-sign text-[1.75rem] leading-none">
        LocalMart
      </span>
    </Link>
  );
}
