import { type CueChoice, cueChoices } from './cue-choices.js';
import type { ExpressionSettings } from './settings.js';

/**
 * What a model must know to use the tags that the settings have something for; it belongs behind the system prompt. Not for one that
 * speaks by itself: it would say them.
 *
 * @returns '' when there is nothing to tell, or `tellModel` is off.
 */
export function promptFor(settings: ExpressionSettings): string {
  if (!settings.tellModel) return '';
  const choices = cueChoices(settings);
  const others = choices.filter(({ name }) => !LINES.has(name));
  const own = others.flatMap((choice) =>
    choice.values.length === 0 ? [`[${choice.name}]`] : tagsOf(choice),
  );
  const parts = [
    ...choices.flatMap((choice) => LINES.get(choice.name)?.(choice) ?? []),
    ...(own.length === 0 ? [] : [`Where they fit, you may also write: ${own.join(' ')}`]),
  ];
  if (parts.length === 0) return '';
  return `${parts.join('\n\n')}\n\nThese marks are neither spoken nor shown. Write them exactly so, and no others.`;
}

const LINES: ReadonlyMap<string, (choice: CueChoice) => string> = new Map([
  [
    'emotion',
    ({ about }) =>
      `Begin every sentence with the number of the emotion it is said with and a blank (for example "1 Hello!"); 0 is none.\n${about}`,
  ],
  [
    'face',
    (choice) =>
      `Before a sentence that is said with a feeling, write the face that goes with it, one of: ${tagsOf(choice).join(' ')}`,
  ],
  [
    'animation',
    (choice) => `Before a sentence that goes with a movement, write one of: ${tagsOf(choice).join(' ')}`,
  ],
]);

function tagsOf({ name, values }: CueChoice): readonly string[] {
  return values.map((value) => `[${name}:${value}]`);
}
