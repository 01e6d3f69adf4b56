// SPDX-License-Identifier: Apache-2.0

// goplugin - HashiCorp go-plugin over gRPC, by its own KV example: how many calls a second, GOROUTINES at once.
//
//	goplugin GOROUTINES SECONDS
//
// It starts itself once more as the plugin. KV.Get answers with its key: sixteen bytes there and back, as everywhere in bench/bus.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/examples/grpc/shared"
)

const (
	key  = "0123456789abcdef"
	warm = 200 * time.Millisecond
)

type echo struct{}

func (echo) Put(string, []byte) error        { return nil }
func (echo) Get(name string) ([]byte, error) { return []byte(name), nil }

func serve() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: shared.Handshake,
		Plugins:         map[string]plugin.Plugin{shared.PluginGRPC: &shared.KVGRPCPlugin{Impl: echo{}}},
		GRPCServer:      plugin.DefaultGRPCServer,
	})
}

// counter has a cache line of its own.
type counter struct {
	n atomic.Int64
	_ [56]byte
}

func drive(kv shared.KV, n *counter, over *atomic.Bool) {
	for !over.Load() {
		if value, err := kv.Get(key); err != nil || len(value) != len(key) {
			fmt.Fprintln(os.Stderr, "goplugin:", err)
			os.Exit(1)
		}
		n.n.Add(1)
	}
}

func total(counters []counter) (sum int64) {
	for i := range counters {
		sum += counters[i].n.Load()
	}
	return sum
}

func measure(kv shared.KV, goroutines int, seconds float64) float64 {
	var over atomic.Bool
	var all sync.WaitGroup
	counters := make([]counter, goroutines)
	for i := range counters {
		all.Add(1)
		go func() {
			defer all.Done()
			drive(kv, &counters[i], &over)
		}()
	}
	time.Sleep(warm)
	before, began := total(counters), time.Now()
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	rate := float64(total(counters)-before) / time.Since(began).Seconds()
	over.Store(true)
	all.Wait()
	return rate
}

func run(goroutines int, seconds float64) error {
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  shared.Handshake,
		Plugins:          map[string]plugin.Plugin{shared.PluginGRPC: &shared.KVGRPCPlugin{}},
		Cmd:              exec.Command(os.Args[0], "serve"),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
	})
	defer client.Kill()
	rpc, err := client.Client()
	if err != nil {
		return err
	}
	raw, err := rpc.Dispense(shared.PluginGRPC)
	if err != nil {
		return err
	}
	fmt.Printf("%.1f\n", measure(raw.(shared.KV), goroutines, seconds))
	return nil
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		serve()
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: goplugin GOROUTINES SECONDS")
		os.Exit(2)
	}
	goroutines, err1 := strconv.Atoi(os.Args[1])
	seconds, err2 := strconv.ParseFloat(os.Args[2], 64)
	if err1 != nil || err2 != nil || goroutines < 1 {
		fmt.Fprintln(os.Stderr, "goplugin: GOROUTINES and SECONDS are numbers")
		os.Exit(2)
	}
	if err := run(goroutines, seconds); err != nil {
		fmt.Fprintln(os.Stderr, "goplugin:", err)
		os.Exit(1)
	}
}
