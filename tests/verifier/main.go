// SPDX-License-Identifier: MulanPSL-2.0

// A verifier of the record log that shares no code with the program: the Go project's own libraries for notes and trees
// (Debian: golang-golang-x-mod-dev), and nothing else.
//
//	verifier note  FILE VKEY…            a signed head: the first key's signature must be there
//	verifier proof FILE ENTRY VKEY…      a .tlog-proof with its entry
//	verifier log   ADDRESS VKEY [OLD]    a whole log: https://… or a folder; OLD: a head kept from before, which it must extend
//
// Prints what it found; exit 1 when something does not hold.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const most = 64 << 20

type head struct {
	origin string
	tlog.Tree
}

// A witness's key: its signature covers the time that it puts in front.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

func verifier(vkey string) (note.Verifier, error) {
	part := strings.SplitN(vkey, "+", 3)
	if len(part) == 3 {
		key, err := base64.StdEncoding.DecodeString(part[2])
		if err == nil && len(key) == 33 && key[0] == 4 {
			sum := sha256.Sum256(append([]byte(part[0]+"\n"), key...))
			if fmt.Sprintf("%08x", sum[:4]) != part[1] {
				return nil, errors.New("the key's id does not fit")
			}
			return &cosigner{part[0], binary.BigEndian.Uint32(sum[:]), key[1:]}, nil
		}
	}
	return note.NewVerifier(vkey)
}

func openHead(text []byte, vkeys []string) (head, error) {
	var all []note.Verifier
	for _, k := range vkeys {
		v, err := verifier(k)
		if err != nil {
			return head{}, err
		}
		all = append(all, v)
	}
	n, err := note.Open(text, note.VerifierList(all...))
	if err != nil {
		return head{}, err
	}
	for _, v := range all {
		signed := false
		for _, s := range n.Sigs {
			signed = signed || s.Name == v.Name() && s.Hash == v.KeyHash()
		}
		if !signed {
			return head{}, fmt.Errorf("%s did not sign", v.Name())
		}
	}
	line := strings.Split(n.Text, "\n")
	if len(line) != 4 || line[0] != all[0].Name() {
		return head{}, errors.New("not three lines, or another origin")
	}
	size, err := strconv.ParseInt(line[1], 10, 64)
	root, err2 := base64.StdEncoding.Strict().DecodeString(line[2])
	if err != nil || err2 != nil || size < 0 || strconv.FormatInt(size, 10) != line[1] || len(root) != 32 {
		return head{}, errors.New("size or root malformed")
	}
	h := head{origin: line[0]}
	h.N = size
	copy(h.Hash[:], root)
	if size == 0 && h.Hash != sha256.Sum256(nil) {
		return head{}, errors.New("an empty tree with a root")
	}
	return h, nil
}

func fetch(base, name string) ([]byte, error) {
	if !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		return os.ReadFile(filepath.Join(base, filepath.FromSlash(name)))
	}
	r, err := http.Get(strings.TrimRight(base, "/") + "/" + name)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", name, r.Status)
	}
	return io.ReadAll(io.LimitReader(r.Body, most))
}

// Hashes and entries of one tile of the tree's lowest level; width hashes of it count.
func tile(base string, n, width int64) ([]tlog.Hash, [][]byte, error) {
	path := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}.Path() // tile/8/0/…
	hashes, err := fetch(base, "tile/"+strings.TrimPrefix(path, "tile/8/"))
	if err != nil {
		return nil, nil, err
	}
	bundle, err := fetch(base, "tile/entries/"+strings.TrimPrefix(path, "tile/8/0/"))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(hashes)) != 32*width {
		return nil, nil, fmt.Errorf("tile %d has %d bytes", n, len(hashes))
	}
	h := make([]tlog.Hash, width)
	e := make([][]byte, 0, width)
	for i := range h {
		copy(h[i][:], hashes[32*i:])
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return nil, nil, fmt.Errorf("bundle %d is cut off", n)
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		e = append(e, bundle[2:end])
		bundle = bundle[end:]
	}
	if len(bundle) != 0 {
		return nil, nil, fmt.Errorf("bundle %d is too long", n)
	}
	return h, e, nil
}

func checkLog(base string, vkeys []string, old string) error {
	text, err := fetch(base, "checkpoint")
	if err != nil {
		return err
	}
	h, err := openHead(text, vkeys)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(at))
		for i, x := range at {
			list[i] = stored[x]
		}
		return list, nil
	})
	for n := int64(0); n*256 < h.N; n++ {
		width := h.N - n*256
		if width > 256 {
			width = 256
		}
		hashes, entries, err := tile(base, n, width)
		if err != nil {
			return err
		}
		for i, e := range entries {
			at := n*256 + int64(i)
			if tlog.RecordHash(e) != hashes[i] {
				return fmt.Errorf("entry %d does not fit its tile", at)
			}
			add, err := tlog.StoredHashes(at, e, reader)
			if err != nil {
				return err
			}
			stored = append(stored, add...)
		}
	}
	if h.N > 0 {
		root, err := tlog.TreeHash(h.N, reader)
		if err != nil {
			return err
		}
		if root != h.Hash {
			return errors.New("the entries do not give the signed root")
		}
	}
	fmt.Printf("%s: %d entries, root %x\n", h.origin, h.N, h.Hash)
	if old == "" {
		return nil
	}
	text, err = os.ReadFile(old)
	if err != nil {
		return err
	}
	was, err := openHead(text, vkeys)
	if err != nil {
		return fmt.Errorf("%s: %w", old, err)
	}
	if was.N > h.N {
		return fmt.Errorf("the log has shrunk from %d to %d", was.N, h.N)
	}
	if was.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(h.N, was.N, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, h.N, h.Hash, was.N, was.Hash); err != nil {
		return fmt.Errorf("it does not extend the old head: %w", err)
	}
	fmt.Printf("extends the head of %d entries\n", was.N)
	return nil
}

func checkProof(file, entry string, vkeys []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(entry)
	if err != nil {
		return err
	}
	at := bytes.Index(text, []byte("\n\n"))
	if at < 0 {
		return errors.New("no checkpoint")
	}
	line := strings.Split(string(text[:at]), "\n")
	if line[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	line = line[1:]
	if len(line) > 0 && strings.HasPrefix(line[0], "extra ") {
		line = line[1:]
	}
	if len(line) == 0 || !strings.HasPrefix(line[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(line[0][6:], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, l := range line[1:] {
		var h tlog.Hash
		b, err := base64.StdEncoding.Strict().DecodeString(l)
		if err != nil || len(b) != 32 {
			return errors.New("a hash is malformed")
		}
		copy(h[:], b)
		proof = append(proof, h)
	}
	h, err := openHead(text[at+2:], vkeys)
	if err != nil {
		return err
	}
	if index < 0 || index >= h.N {
		return errors.New("the index is outside the tree")
	}
	if err := tlog.CheckRecord(proof, h.N, h.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Printf("%s: entry %d of %d\n", h.origin, index, h.N)
	return nil
}

func run(arg []string) error {
	switch {
	case len(arg) >= 3 && arg[0] == "note":
		text, err := os.ReadFile(arg[1])
		if err != nil {
			return err
		}
		h, err := openHead(text, arg[2:])
		if err == nil {
			fmt.Printf("%s: %d entries, root %x\n", h.origin, h.N, h.Hash)
		}
		return err
	case len(arg) >= 4 && arg[0] == "proof":
		return checkProof(arg[1], arg[2], arg[3:])
	case len(arg) == 3 && arg[0] == "log":
		return checkLog(arg[1], arg[2:3], "")
	case len(arg) == 4 && arg[0] == "log":
		return checkLog(arg[1], arg[2:3], arg[3])
	}
	return errors.New("usage: verifier note FILE VKEY… | proof FILE ENTRY VKEY… | log ADDRESS VKEY [OLD]")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "verifier:", err)
		os.Exit(1)
	}
}
