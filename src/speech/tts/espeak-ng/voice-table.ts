import type { EspeakVoice } from '../embedded/espeak-frames.js';

/** Priority, language, age and gender, name, file, other languages with their priorities. */
const ROW = /^\s*(\d+)\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)\s*(.*)$/;
const OTHER = /\((\S+) (\d+)\)/g;
/** Listed whether their data is there or not. */
const MBROLA = /^mb\//;

/** Reads what `espeak-ng --voices` prints. Lines that are no voice are left out. */
export function readVoiceTable(table: string): EspeakVoice[] {
  return table.split('\n').flatMap((line): EspeakVoice[] => {
    const [, priority = '', code = '', name = '', identifier = '', others = ''] = ROW.exec(line) ?? [];
    if (identifier === '' || MBROLA.test(identifier)) return [];
    const languages = [...others.matchAll(OTHER)].map(([, other = '', its = '']) => ({
      code: other.toLowerCase(),
      priority: Number(its),
    }));
    return [
      {
        name: name.replaceAll('_', ' '),
        identifier,
        languages: [{ code: code.toLowerCase(), priority: Number(priority) }, ...languages],
      },
    ];
  });
}
