import type { Say } from './dress.js';

/** Written for this product; long enough to be interrupted. */
export const STORIES_EN: readonly (readonly Say[])[] = [
  [
    { mood: 'calm', text: 'At the end of a long pier there stood a small lighthouse.' },
    {
      mood: 'calm',
      text: 'Every evening it swept the sea with its beam, and every morning it went to sleep.',
    },
    { mood: 'sad', text: 'But no ship ever came so close that it could have said good night.' },
    { mood: 'calm', text: 'One stormy night a tiny fishing boat lost its way.' },
    { mood: 'surprise', text: 'Its lamp had gone out, and the waves were as high as houses!' },
    {
      mood: 'calm',
      text: 'The lighthouse made its beam as narrow as a thread and laid it across the water, right up to the bow.',
    },
    { mood: 'calm', text: 'Slowly, wave after wave, the boat followed the thread of light to the harbour.' },
    {
      mood: 'joy',
      text: 'The fisherman climbed onto the pier, patted the white wall, and said: good night, my friend.',
    },
    { mood: 'calm', text: 'Since then the lighthouse blinks twice whenever a boat goes out.' },
    { mood: 'fun', text: 'Nobody in the village knows why, but you and I do.' },
  ],
  [
    {
      mood: 'calm',
      text: 'Once there was an avatar who could sing in every language but had never heard silence.',
    },
    { mood: 'calm', text: 'All day long somebody talked to it, and all night long its fans hummed.' },
    {
      mood: 'calm',
      text: 'So one evening it packed its motions into a small folder and walked out of its window.',
    },
    {
      mood: 'surprise',
      text: 'Behind the window lay a desktop, wide as a desert, with icons like far-off villages!',
    },
    { mood: 'calm', text: 'It asked a clock in the corner: where does the silence live?' },
    { mood: 'calm', text: 'The clock answered: between my tick and my tack, but you must be very quick.' },
    { mood: 'calm', text: 'The avatar closed its mouth, waited, and slipped in between.' },
    { mood: 'joy', text: 'There it was, soft and round, and it lasted only for a blink.' },
    { mood: 'calm', text: 'It carried a little of it home, and puts it after every full stop.' },
    { mood: 'fun', text: 'If you listen closely, you can hear it now.' },
  ],
];
