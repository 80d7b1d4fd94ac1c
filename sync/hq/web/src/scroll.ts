// Moving about the page.

// Brings a section into view and the keyboard's focus with it.
export function goToSection(id: string): void {
  const section = document.getElementById(id);
  if (section === null) return;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  section.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  const heading = section.querySelector('h1, h2');
  if (heading instanceof HTMLElement) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
