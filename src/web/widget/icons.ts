/** Drawn for 24 by 24, as lines. */
export const ICONS = {
  chat: 'M4 5h16v11H10l-4 4v-4H4z M8 9h8 M8 12h5',
  close: 'M6 6l12 12 M18 6L6 18',
  send: 'M4 12l16-8-5 16-3-6z',
  microphone: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z M6 11a6 6 0 0 0 12 0 M12 17v4',
  stop: 'M7 7h10v10H7z',
  voice: 'M4 10v4h4l5 4V6L8 10z M16 9a4 4 0 0 1 0 6 M18.5 6.5a8 8 0 0 1 0 11',
  mute: 'M4 10v4h4l5 4V6L8 10z M16 10l5 5 M21 10l-5 5',
  save: 'M12 4v11 M7.5 11L12 15.5 16.5 11 M5 20h14',
  play: 'M8 5l11 7-11 7z',
} as const;
