// Figures, times and dates as people of a language write them.

const PLACE = { en: "en-GB", fa: "fa-IR-u-ca-persian-nu-arabext" };

/** Ways to write, in a language and a time zone. */
export function formats(language, zone) {
  const place = PLACE[language];
  const whole = new Intl.NumberFormat(place, { maximumFractionDigits: 0 });
  const plain = new Intl.NumberFormat(place, { maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat(place, { style: "percent", maximumFractionDigits: 1 });
  const two = new Intl.NumberFormat(place, { minimumIntegerDigits: 2, useGrouping: false });
  const timeZone = known(zone);
  const date = new Intl.DateTimeFormat(place, { dateStyle: "medium", timeZone });
  const instant = new Intl.DateTimeFormat(place, { dateStyle: "medium", timeStyle: "short", timeZone });
  const day = new Intl.DateTimeFormat(place, { dateStyle: "medium", timeZone: "UTC" });

  /** `h:mm:ss`, or `m:ss` below an hour. */
  function seconds(value) {
    const all = Math.round(Math.abs(value));
    const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
    const sign = value < 0 ? "−" : "";
    const text = h ? `${whole.format(h)}:${two.format(m)}:${two.format(s)}` : `${plain.format(m)}:${two.format(s)}`;
    return `${sign}${text}`;
  }

  const byUnit = {
    count: (value) => whole.format(value),
    number: (value) => plain.format(value),
    share: (value) => share.format(value),
    seconds,
    date: (value) => day.format(new Date(`${String(value).slice(0, 10)}T00:00:00Z`)),
    instant: (value) => instant.format(new Date(value)),
    flag: (value) => (value ? "✓" : "–"),
    text: (value) => (typeof value === "number" ? plain.format(value) : String(value)),
  };
  return {
    count: byUnit.count,
    number: byUnit.number,
    /** As it is written into a field: digits and a point of the language, and nothing between them. */
    plain: (value) => new Intl.NumberFormat(place, { maximumFractionDigits: 2, useGrouping: false }).format(value),
    date: (value) => date.format(new Date(value)),
    instant: byUnit.instant,
    /** A value of a unit; a dash where there is none. */
    cell: (value, unit) => (value === null || value === undefined || value === "" ? "–" : (byUnit[unit] ?? byUnit.text)(value)),
  };
}

/** With which day the week begins, as the browser's country has it; in Persian as Iran has. */
export function weekFrom(language) {
  const place = new Intl.Locale(language === "fa" ? "fa-IR" : navigator.language);
  const { firstDay } = place.getWeekInfo?.() ?? place.weekInfo ?? {};
  return { 6: "saturday", 7: "sunday" }[firstDay] ?? (language === "fa" && !firstDay ? "saturday" : "monday");
}

function known(zone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC"; // what the server refuses, too, and says so
  }
}
