import { Hash, MessageSquareText } from 'lucide-react';
import type { MouseEvent, ReactNode } from 'react';
import { useLocation } from 'wouter';
import { openLinkedPlace } from '../../app/open-linked-place.ts';
import { parsePath } from '../../app/paths.ts';
import { type LinkedPlace, readLinkedPlace, readSafeLink } from '../../lib/html/links.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './FormattedText.module.css';

interface TextLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link in a message. What leads to somewhere in the hall opens here; everything else in a tab of its own. */
export function TextLink({ href, children }: TextLinkProps) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  const path = readHallPath(href);
  const place = path === undefined ? readLinkedPlace(href) : readPlaceOfPath(path);
  if (path === undefined && !place) {
    return (
      <a className={styles.link} href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    );
  }
  const handleClick = (event: MouseEvent): void => {
    // With these keys people ask for a tab or window of its own.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (path !== undefined) navigate(path);
    else if (place) openLinkedPlace(gateway, navigate, place);
  };
  return (
    <a className={styles.link} href={href} rel="noreferrer noopener" onClick={handleClick}>
      {place && isBare(href, children) ? <PlaceName place={place}>{children}</PlaceName> : children}
    </a>
  );
}

/** The name of a channel in place of a long address, when it is one that we know. */
function PlaceName({ place, children }: { readonly place: LinkedPlace; readonly children: ReactNode }) {
  const channel = useStore(useGateway().channel(place.room));
  if (!channel) return children;
  const Icon = place.eventId === undefined ? Hash : MessageSquareText;
  return (
    <span className={styles.place}>
      <Icon size={14} strokeWidth={2} aria-hidden />
      {channel.name}
    </span>
  );
}

const hallPath = /^\/(?:home|guilds|invite)\//;

/** The path of an address in this hall. */
function readHallPath(href: string): string | undefined {
  const { origin, pathname } = new URL(href);
  return origin === window.location.origin && hallPath.test(pathname) ? pathname : undefined;
}

function readPlaceOfPath(path: string): LinkedPlace | undefined {
  const { channelId, eventId } = parsePath(path);
  return channelId === undefined ? undefined : { room: channelId, eventId, via: [] };
}

/** Whether a link shows nothing but its own address. */
function isBare(href: string, children: ReactNode): boolean {
  const [text, ...more] = Array.isArray(children) ? children : [children];
  return typeof text === 'string' && more.length === 0 && readSafeLink(text) === href;
}
