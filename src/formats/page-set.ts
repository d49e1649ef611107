/** Which pages of a database were read: every page belongs to one tree or chain, so a second visit is a cycle or a forgery. */
export interface PageSet {
  /** True at the first visit of a page below `count`. */
  enter(page: number): boolean;
}

/** One bit a page, for pages 0 to `count` - 1. */
export function createPageSet(count: number): PageSet {
  const bits = new Uint8Array(Math.ceil(count / 8));
  return {
    enter(page) {
      if (!Number.isInteger(page) || page < 0 || page >= count) return false;
      const mask = 1 << (page % 8);
      const at = Math.floor(page / 8);
      const seen = bits[at] ?? mask;
      bits[at] = seen | mask;
      return (seen & mask) === 0;
    },
  };
}
