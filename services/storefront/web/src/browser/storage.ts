/** Web storage may be switched off or full; the shop then works without remembering. */
function attempt<T>(action: () => T, fallback: T): T {
  try {
    return action();
  } catch {
    return fallback;
  }
}

export interface Shelf {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

function shelf(storage: () => Storage): Shelf {
  return {
    get: (key) => attempt(() => storage().getItem(key), null),
    set: (key, value) => attempt(() => storage().setItem(key, value), undefined),
    remove: (key) => attempt(() => storage().removeItem(key), undefined),
  };
}

/** Kept between visits. */
export const lasting = shelf(() => localStorage);
/** Kept until the tab closes. */
export const perTab = shelf(() => sessionStorage);
