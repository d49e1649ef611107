/** From when on checks speak of what is not up to date, in days. The policy of issue 6 is to set them; this is the one place of their defaults. */
export const currentLimits = {
  /** An end of life that is nearer is told: time to plan the next release. */
  endOfLife: 90,
  /** A newest version that is out for longer should be in the image: a rebuild a month. */
  newest: 30,
  /** An older image was not rebuilt, whatever its scanner said (StackRox' policy has the same number). */
  image: 90,
} as const;
