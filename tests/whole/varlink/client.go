// SPDX-License-Identifier: MIT

// The live socket against a client that Debian's varlink-go-interface-generator made of our definition. TAP on standard output.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	modem "iomicrocatmodem"

	"github.com/varlink/go/varlink"
)

var cases, failed int

func check(name string, err error) {
	cases++
	if err == nil {
		fmt.Printf("ok %d - %s\n", cases, name)
		return
	}
	failed++
	fmt.Printf("not ok %d - %s\n# %v\n", cases, name, err)
}

// Every member of a reply is one that the definition names.
func strict(ctx context.Context, c *varlink.Connection, method string, parameters, out interface{}) error {
	var raw json.RawMessage
	if err := c.Call(ctx, "io.microcat.Modem."+method, parameters, &raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(out)
}

func want(what string, is bool) error {
	if is {
		return nil
	}
	return errors.New(what)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := varlink.NewConnection(ctx, "unix:"+os.Args[1])
	if err != nil {
		fmt.Printf("Bail out! %v\n", err)
		os.Exit(1)
	}

	var product string
	var interfaces []string
	err = c.GetInfo(ctx, nil, &product, nil, nil, &interfaces)
	check("GetInfo names product and interface", firstOf(err,
		want(product, product == "microcatd"), want(fmt.Sprint(interfaces), len(interfaces) == 2)))

	text, err := c.GetInterfaceDescription(ctx, "io.microcat.Modem")
	check("the definition is told", firstOf(err, want(text, len(text) > 1000)))

	status, err := modem.Status().Call(ctx, c)
	check("Status", firstOf(err, want(status.State, status.State == "absent"), want("no text", status.State_text != ""),
		want("an IMEI", status.Modem.Imei == nil)))
	check("Status has nothing that is not defined",
		strict(ctx, c, "Status", nil, &struct{ Status *modem.LinkStatus }{}))

	_, pairs, err := modem.Info().Call(ctx, c)
	check("Info", firstOf(err, want("no pairs", len(pairs) > 10), want(pairs[0].Name, pairs[0].Name == "version")))

	trace, err := modem.Trace().Call(ctx, c, nil)
	check("Trace", firstOf(err, want(fmt.Sprint(trace), len(trace) == 0)))

	check("History has nothing that is not defined", strict(ctx, c, "History", nil, &struct {
		History              []modem.HistoryEntry
		Outage, Last_outage  *modem.Outage
		Availability_24h     *float64
		Availability_over_s  *float64
		Time                 float64
	}{}))

	state, timeout := "online", int64(1)
	_, _, err = modem.Wait().Call(ctx, c, &state, &timeout)
	var timed *modem.TimedOut
	check("Wait that ends too late is a TimedOut of its own type",
		want(fmt.Sprint(err), errors.As(err, &timed) && timed.State != nil && *timed.State == "absent"))

	_, _, _, _, err = modem.At().Call(ctx, c, "AT+CSQ")
	var absent *modem.NoDevice
	check("At without a device is a NoDevice of its own type",
		want(fmt.Sprint(err), errors.As(err, &absent) && absent.Text != ""))

	receive, err := modem.Watch().Send(ctx, c, varlink.More)
	if err == nil {
		var first *modem.LinkStatus
		var flags uint64
		first, _, flags, err = receive(ctx)
		err = firstOf(err, want("no status", first != nil), want("no more to come", flags&varlink.Continues != 0))
	}
	check("Watch begins with the status, and goes on", err)

	fmt.Printf("1..%d\n", cases)
	if failed > 0 {
		os.Exit(1)
	}
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
