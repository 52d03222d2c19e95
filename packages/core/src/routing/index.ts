export {
  EMPTY_WINDOW,
  slideWindow,
  WINDOW_MS,
  type WindowDecision,
  type WindowState,
} from './sliding-window.ts';
