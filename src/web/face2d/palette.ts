/** What may be chosen, each `#rrggbb`. */
export interface FaceColours {
  readonly hair: string;
  readonly eyes: string;
  readonly skin: string;
  readonly cloth: string;
  /** Collar and headphones. */
  readonly accent: string;
}

export const DEFAULT_COLOURS: FaceColours = {
  hair: '#5a6f93',
  eyes: '#4f9db3',
  skin: '#fde7da',
  cloth: '#e9eef4',
  accent: '#3f5f8a',
};

export const COLOUR_NAMES = Object.keys(DEFAULT_COLOURS) as readonly (keyof FaceColours)[];

/** `#rgb` or `#rrggbb`, with or without the `#`; undefined for anything else. @returns `#rrggbb` */
export function colourOf(text: string | null): string | undefined {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text ?? '')?.[1]?.toLowerCase();
  if (digits === undefined) return undefined;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}

/** The colour that lies so far from one to another. @param part - 0 … 1 */
export function mixColours(from: string, to: string, part: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [one, other] = [from, to].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round((one ?? 0) + ((other ?? 0) - (one ?? 0)) * part);
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** All colours of the drawing, from those that were chosen. */
export function paletteOf(colours: FaceColours) {
  const { hair, eyes, skin, cloth, accent } = colours;
  const ink = mixColours(mixColours(hair, '#101725', 0.72), '#2c2430', 0.25);
  return {
    ...colours,
    ink,
    hairDeep: mixColours(hair, '#131c33', 0.42),
    hairLow: mixColours(hair, '#1c2a4a', 0.24),
    hairShine: mixColours(hair, '#ffffff', 0.38),
    eyesDeep: mixColours(eyes, '#0d1b33', 0.62),
    eyesLight: mixColours(eyes, '#d8fbff', 0.45),
    skinShade: mixColours(skin, '#c9765f', 0.28),
    skinLine: mixColours(skin, '#9c5546', 0.55),
    blush: mixColours(skin, '#f0655f', 0.55),
    clothShade: mixColours(cloth, '#7d8aa3', 0.3),
    accentDeep: mixColours(accent, '#121b2d', 0.35),
    accentLight: mixColours(accent, '#ffffff', 0.5),
  } as const;
}

export type Palette = ReturnType<typeof paletteOf>;
