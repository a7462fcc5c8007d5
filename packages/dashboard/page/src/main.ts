import type { Control } from '../../src/wire/control.js';
import { headline, judged } from './state/headline.js';
import { mergedProviders } from './state/merge.js';
import { Model } from './state/model.js';
import { control, Stream, type Link } from './stream.js';
import { h, setAttribute, setText } from './ui/dom.js';
import { clock, gist, unbroken } from './ui/format.js';
import { Activity } from './views/activity.js';
import { Jobs } from './views/jobs.js';
import { Overview } from './views/overview.js';
import { ProviderDetail } from './views/provider.js';
import type { View } from './views/view.js';

const LINK_WORDS: Readonly<Record<Link, string>> = { connecting: 'connecting', live: 'live', lost: 'no connection' };
const TABS = [
  ['#/', 'Third parties'],
  ['#/activity', 'Activity'],
  ['#/jobs', 'Jobs'],
] as const;

/** The frame of the page: its headline, its views, and what it says aloud. */
class Page {
  private readonly model = new Model();
  private readonly sentence = h('span', {}, 'Connecting …');
  private readonly more = h('span', { class: 'more' });
  private readonly verdict = h('h1', { class: 'verdict' }, this.sentence, ' ', this.more);
  private readonly title = h('span', { class: 'application' });
  private readonly link = h('span', { class: 'link' });
  private readonly spoken = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private readonly notice = h('p', { class: 'notice', role: 'alert' });
  private readonly tabs = TABS.map(([href, name]) => h('a', { href }, name));
  private readonly content = h('main', { id: 'content', tabindex: '-1' });
  private view: View | undefined;
  private noticeTimer = 0;

  private constructor(root: HTMLElement) {
    root.append(
      h(
        'header',
        { class: 'top' },
        h('p', { class: 'brand' }, h('a', { href: '#/' }, 'Breakwater'), this.title),
        h('nav', { 'aria-label': 'Views' }, ...this.tabs),
        this.link,
      ),
      this.verdict,
      this.notice,
      this.spoken,
      this.content,
    );
    addEventListener('hashchange', () => this.go(true));
    addEventListener('beforeprint', () => this.view?.showAll?.());
    this.go(false);
  }

  static begin(root: HTMLElement): Stream {
    const page = new Page(root);
    return new Stream({
      greeting: (greeting) => {
        page.model.greeting = greeting;
        setText(page.title, greeting.title);
      },
      frame: (frame) => {
        page.model.apply(frame);
        page.update();
      },
      link: (link) => page.showLink(link),
    });
  }

  private update(): void {
    const { text, more, health } = headline(judged(mergedProviders(this.model), this.model.at), this.model.isStoreAway);
    setText(this.sentence, unbroken(text));
    setText(this.more, more);
    setAttribute(this.verdict, 'data-health', health);
    const said = gist(text);
    if (this.spoken.dataset['said'] !== said) {
      this.spoken.dataset['said'] = said;
      setText(this.spoken, `${text} ${more}`);
    }
    const jobs = [...this.model.hosts.values()].some(({ queues }) => queues.length > 0);
    this.tabs[2]!.hidden = !jobs && location.hash !== '#/jobs';
    const hosts = this.model.hosts.size;
    setText(this.link, `${clock(this.model.at)}${hosts > 1 ? ` · ${hosts} hosts` : ''}`);
    this.view?.update(this.model);
  }

  private go(byUser: boolean): void {
    const hash = location.hash === '' ? '#/' : location.hash;
    this.view = this.viewOf(hash);
    this.content.replaceChildren(this.view.element);
    this.view.update(this.model);
    this.tabs.forEach((tab) => {
      const isCurrent =
        tab.getAttribute('href') === hash || (tab.getAttribute('href') === '#/' && hash.startsWith('#/provider/'));
      setAttribute(tab, 'aria-current', isCurrent ? 'page' : undefined);
    });
    document.title = `${this.view.title} · Breakwater`;
    if (!byUser) return;
    scrollTo(0, 0);
    this.content.focus({ preventScroll: true });
  }

  private viewOf(hash: string): View {
    const [, name] = /^#\/provider\/(.+)$/.exec(hash) ?? [];
    if (name !== undefined) return new ProviderDetail(decoded(name), (use) => void this.use(use));
    if (hash === '#/activity') return new Activity();
    if (hash === '#/jobs') return new Jobs((use) => void this.use(use));
    return new Overview();
  }

  private async use(use: Control): Promise<void> {
    const fault = await control(use);
    const of = use.operation === undefined ? use.target : `${use.operation} of ${use.target}`;
    this.say(fault ?? `Done: ${use.action.replace('.', ' ')}, ${of}.`, fault !== undefined);
  }

  private say(text: string, isFault: boolean): void {
    window.clearTimeout(this.noticeTimer);
    setText(this.notice, text);
    setAttribute(this.notice, 'data-fault', isFault ? '' : undefined);
    this.noticeTimer = window.setTimeout(() => setText(this.notice, ''), 6000);
  }

  private showLink(link: Link): void {
    setAttribute(this.link, 'data-link', link);
    setAttribute(document.body, 'data-link', link);
    if (link === 'lost') this.showLost();
  }

  /** Says so in the headline: the last numbers are not to be taken for news. */
  private showLost(): void {
    setText(this.link, LINK_WORDS.lost);
    const { at } = this.model;
    setText(
      this.sentence,
      `No connection to the application${at === 0 ? '' : `: these are the numbers of ${clock(at)}`}.`,
    );
    setText(this.more, '');
    setAttribute(this.verdict, 'data-health', 'off');
    this.spoken.dataset['said'] = '';
    setText(this.spoken, this.sentence.textContent);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

Page.begin(document.getElementById('app')!);
