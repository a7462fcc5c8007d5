/** Undoes the twelve escapes that HubSpot undoes before it signs: : / ? @ ! $ ' ( ) * , ; */
export function decodeUrl(url: string): string {
  return url.replace(/%(?:3a|2f|3f|40|21|24|27|28|29|2a|2c|3b)/gi, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
}
