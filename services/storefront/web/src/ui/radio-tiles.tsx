import { type ReactNode, useId } from 'react';
import { classes } from './classes';

interface Tile {
  value: string;
  label: ReactNode;
  /** Struck through: it can be chosen, and the page then says what is missing. */
  spent?: boolean;
}

interface RadioTilesProps {
  legend: string;
  /** The legend in larger type than the tiles need. */
  legendClass?: string;
  tiles: readonly Tile[];
  value: string | undefined;
  onChange: (value: string) => void;
  /** Tiles beside each other, or one on each line. */
  rows?: boolean;
}

export function RadioTiles({
  legend,
  legendClass = 'mb-2 font-bold',
  tiles,
  value,
  onChange,
  rows = false,
}: RadioTilesProps) {
  const name = useId();
  return (
    <fieldset>
      <legend className={legendClass}>{legend}</legend>
      <div className={rows ? 'grid gap-2' : 'flex flex-wrap gap-2'}>
        {tiles.map((tile) => (
          <label
            key={tile.value}
            className={classes(
              'relative flex min-h-11 items-center border-2 border-edge bg-card px-4 py-2 hover:border-ink',
              'has-checked:border-ink has-checked:bg-awning-tint has-checked:font-bold',
              'has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-(--focus)',
              tile.spent && 'border-dashed text-ink-2 line-through decoration-2',
            )}
          >
            <input
              type="radio"
              name={name}
              value={tile.value}
              checked={tile.value === value}
              onChange={() => onChange(tile.value)}
              className={rows ? 'me-3 size-5 shrink-0 accent-awning' : 'sr-only'}
            />
            {tile.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
