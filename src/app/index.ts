export { type OpenedPage, type OpenPageOptions, openPage } from './open-page.js';
