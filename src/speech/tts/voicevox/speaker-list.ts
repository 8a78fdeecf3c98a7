import type { Voice } from '../../synthesizer.js';

/** One style of one speaker. */
export interface SpeakerStyle {
  readonly id: number;
  readonly style: string;
  readonly speaker: string;
}

/**
 * The styles that speak, from `/speakers`; those that only sing are left out.
 *
 * @source voicevox_engine metas/metas.py (Speaker, SpeakerStyle)
 */
export function stylesIn(value: unknown): readonly SpeakerStyle[] {
  const speakers = Array.isArray(value) ? value : [];
  return speakers.flatMap((speaker: unknown) => {
    if (!isFields(speaker) || typeof speaker['name'] !== 'string') return [];
    const name = speaker['name'];
    const styles = Array.isArray(speaker['styles']) ? speaker['styles'] : [];
    return styles.flatMap((style: unknown) => {
      if (!isFields(style) || typeof style['id'] !== 'number') return [];
      if (style['type'] !== undefined && style['type'] !== 'talk') return [];
      return [{ id: style['id'], style: String(style['name'] ?? ''), speaker: name }];
    });
  });
}

/** A style by its number, or by `speaker` (its first style) or `speaker/style`. */
export function findStyle(styles: readonly SpeakerStyle[], wanted: string): SpeakerStyle | undefined {
  // Names may hold a slash themselves (小夜/SAYO), so the wanted text is never taken apart.
  return styles.find(({ id, speaker, style }) =>
    [String(id), speaker, `${speaker}/${style}`].includes(wanted),
  );
}

/** @param credit - what a credit begins with, for example `VOICEVOX`. */
export function voicesOf(styles: readonly SpeakerStyle[], credit: string, chosen: string): readonly Voice[] {
  const isDefault = findStyle(styles, chosen);
  return styles.map((style) => ({
    id: String(style.id),
    name: style.speaker,
    languages: ['ja'],
    style: style.style,
    credit: creditOf(credit, style),
    isDefault: style === isDefault,
  }));
}

export function creditOf(credit: string, style: SpeakerStyle): string {
  return `${credit}:${style.speaker}`;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
