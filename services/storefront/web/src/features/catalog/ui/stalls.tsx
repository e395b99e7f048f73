import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { buttonClass } from '~/ui';
import { categoriesQuery } from '../api';
import { topLevel } from '../model';

/** The way out of an empty page: every stall. */
export function Stalls() {
  const { data } = useQuery(categoriesQuery);
  return (
    <ul className="flex flex-wrap justify-center gap-2">
      {topLevel(data?.items ?? []).map((category) => (
        <li key={category.path}>
          <Link to="/c/$" params={{ _splat: category.path }} className={buttonClass('outline')}>
            {category.title}
          </Link>
        </li>
      ))}
    </ul>
  );
}
